import { once } from 'node:events'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DOC_PAGES } from '../doc-pages.ts'
import { firstLine, processOf, run, serve, spawnDecant, temporaryFolder } from './decant-process.ts'

const ROOT = join(import.meta.dirname, '../..')

describe('a mistake is one line on stderr, and exit code 2:', () => {
  test.each([
    [['serve', '--max-filesize=1MiB'], 'unknown option --max-filesize; did you mean --max-file-size?'],
    [['serve', '--zzzzzz'], 'unknown option --zzzzzz; see --help'],
    [['serve', '-x'], 'unknown option -x; see --help'],
    [['serv'], 'unknown command "serv"; did you mean serve?'],
    [['./uploads'], 'unknown command "./uploads"; see decant --help'],
    [['serve', 'a', 'b'], 'serve takes one DIR; leave out b'],
    [['serve', '--port'], '--port needs a value: --port NUMBER'],
    [['serve', '--port', '--json'], '--port needs a value: --port NUMBER'],
    [['serve', '--port=65536'], '--port: "65536" is not a whole number from 0 to 65535.'],
    [
      ['serve', '--max-file-size=8M'],
      '--max-file-size: "8M" is not a valid size. Write 8MiB, 1GB, 512KB, or a number of bytes.',
    ],
    [['serve', '--max-file-size=-1'], '--max-file-size: "-1" is not a valid size.'],
    [['serve', '--max-files=0'], '--max-files: "0" is not a whole number'],
    [['serve', '--workers=0'], '--workers: "0" is not a whole number from 1 to 64.'],
    [['serve', '--workers=-1'], '--workers: "-1" is not a whole number from 1 to 64.'],
    [['serve', '--workers=two'], '--workers: "two" is not a whole number from 1 to 64.'],
    [['serve', '--workers=65'], '--workers: "65" is not a whole number from 1 to 64.'],
    [['serve', '--workers'], '--workers needs a value: --workers NUMBER'],
    [['worker'], 'unknown command "worker"; see decant --help'],
    [['serve', '--extensions=imges'], '--extensions: "imges" is neither a group nor a known extension'],
    [['serve', '--deny=*'], '--deny: "*" is neither'],
    [['serve', '--content=guess'], '--content: "guess" is neither "verify" nor "exact" nor "trust".'],
    [['serve', '--max-file-size=0'], '--max-file-size: no file could be uploaded. Write a size above 0.'],
    [['serve', '--max-body-size=0B'], '--max-body-size: no file could be uploaded.'],
    [
      ['serve', '--max-file-size=2MiB', '--max-body-size=1MiB'],
      '--max-file-size of 2 MiB does not fit into --max-body-size of 1 MiB; lower the one, or raise the other',
    ],
    [['serve', '--deny=all'], '--deny leaves no type of file to accept; deny less, or leave it out'],
    [['serve', '--extensions=png,jpg', '--deny=images'], '--deny leaves no type of file to accept'],
    [['serve', '--digest=md5'], '--digest: "md5" is not "sha-256", the only value.'],
    [
      ['serve', '--clamav=tcp://a'],
      '--clamav: "tcp://a" is not a valid address. Write clamav:3310, [::1]:3310 or /run/',
    ],
    [['serve', '--clamav=a:0'], '--clamav: "0" is not a whole number from 1 to 65535.'],
    [['serve', '--clamav-down=accept'], '--clamav-down needs --clamav with the address of clamd'],
    [['serve', '--clamav=a', '--clamav-down=ignore'], '--clamav-down: "ignore" is neither "refuse" nor "accept".'],
    [
      ['serve', '--clamav=a', '--max-file-size=101MiB'],
      '--max-file-size: only files of up to 100 MiB are scanned; lower it, or raise --clamav-max-size and, in clamd.conf,',
    ],
    [['serve', '--idle-timeout=30'], '--idle-timeout: "30" is not a valid time'],
    [['serve', '--idle-timeout=0s'], '--idle-timeout: no upload could begin.'],
    [['serve', '--shutdown-timeout=25h5'], '--shutdown-timeout: "25h5" is not a valid time'],
    [['serve', '--shutdown-timeout=600h'], '--shutdown-timeout: "600h" is not a valid time of at most 24 days'],
    [['serve', '--hosts=files.example,any'], '--hosts: "any" is not a valid name of a host.'],
    [['serve', '--hosts=http://a.example'], '--hosts: "http://a.example" is not a valid name of a host.'],
    [
      ['serve', '--origins=https://a.example/'],
      '--origins: "https://a.example/" is not a valid origin. Write "https://app.example" or "capacitor://localhost"',
    ],
    [['serve', '--origins=*'], '--origins: "*" is not a valid origin.'],
    [['serve', '--base=drop'], '--base: The base "drop" is not a valid path. It must begin with one slash'],
    [['serve', '--base=/a/../b'], '--base: The base "/a/../b" is not a valid path.'],
    [['serve', '--keep-alive=0s'], '--keep-alive: 0 would keep connections for ever. Write a time above 0.'],
    [['serve', '--keep-alive=long'], '--keep-alive: "long" is not a valid time'],
    [['serve', '--storage=inbox'], '--storage: this is not the URL of a bucket. Write s3://BUCKET/PREFIX?endpoint='],
    [
      ['serve', '--storage=s3://AKIAXYZ:secret@inbox'],
      '--storage: credentials do not belong in a URL, which others can read. Set AWS_ACCESS_KEY_ID and',
    ],
    [
      ['serve', '--storage=s3://inbox?endpiont=http://a'],
      '--storage: "endpiont" is not a parameter. Did you mean endpoint?',
    ],
    [
      ['serve', './uploads', '--storage=s3://inbox'],
      '--storage keeps the files in a bucket; leave it out, or leave out ./uploads',
    ],
    [['serve', '--storage=s3://inbox', '--durable'], '--durable is for files in a folder; leave it out with --storage'],
    [['serve', '--title='], '--title: the value is empty. Write one, or leave the option out.'],
    [['serve', '--json=maybe'], '--json: "maybe" is neither true nor false.'],
  ])('decant %j', async (typed, message) => {
    using folder = temporaryFolder()
    const { code, stdout, stderr } = await run(typed, { cwd: folder.path })

    expect(stderr).toMatch(/^decant: [^\n]*\n$/)
    expect(stderr).toContain(`decant: ${message}`)
    expect([code, stdout]).toEqual([2, ''])
  })

  test('a variable with a value that means nothing', async () => {
    const { code, stderr } = await run(['serve'], { env: { DECANT_MAX_FILE_SIZE: 'much' } })

    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('decant: DECANT_MAX_FILE_SIZE: "much" is not a valid size.'),
    ])
  })

  test('variables that contradict each other, by their own names', async () => {
    const env = { DECANT_MAX_FILE_SIZE: '2MiB', DECANT_MAX_BODY_SIZE: '1MiB' }
    const { code, stderr } = await run(['serve'], { env })

    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('DECANT_MAX_FILE_SIZE of 2 MiB does not fit into DECANT_'),
    ])
  })

  test.each([
    ['a file', 'file', 'it is a file; choose another folder'],
    ['below a file', 'file/below', 'a part of the path is a file; choose another folder'],
    ['a link that leads nowhere', 'link', ''],
  ])('a DIR that is %s', async (_, name, reason) => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'file'), 'kept')
    symlinkSync('nowhere', join(folder.path, 'link'))
    const { code, stderr } = await run(['serve', name, '--port=0'], { cwd: folder.path })

    expect(stderr).toMatch(/^decant: [^\n]*\n$/)
    expect(stderr).toContain(`decant: ${name} cannot be the upload folder: ${reason}`)
    expect(code).toBe(2)
    expect(readFileSync(join(folder.path, 'file'), 'utf8')).toBe('kept')
  })

  test.runIf(process.platform === 'linux')('a DIR in which a folder cannot be made', async () => {
    const { code, stderr } = await run(['serve', '/proc/decant/uploads', '--port=0'])

    expect(stderr).toBe(
      'decant: /proc/decant/uploads cannot be the upload folder: it cannot be created there; choose another folder\n',
    )
    expect(code).toBe(2)
  })

  test('a DIR that a later version has made', async () => {
    using folder = temporaryFolder()
    await using first = await serve(folder.path)
    await fetch(`${first.ready.url}/uploads/a.txt`, { method: 'PUT', body: 'a' })
    writeFileSync(join(folder.path, '.decant', 'format'), '99\n')
    const { code, stderr } = await run(['serve', folder.path, '--port=0'])

    expect([code, stderr]).toEqual([2, expect.stringMatching(/^decant: [^\n]*format "99"[^\n]*\n$/)])
  })
})

describe('help', () => {
  test.each([[[]], [['help']], [['--help']], [['-h']], [['serve', '--help']]])('is what %j shows', async (typed) => {
    const { code, stdout, stderr } = await run(typed)

    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('decant serve [DIR]')
    expect(stdout).toMatch(/--max-file-size SIZE +limit of one file.* \(default 4GiB\)/)
    expect(stdout).toContain('DECANT_MAX_FILE_SIZE')
  })

  test('fits a terminal of 100 columns, with what the options do in a column of its own', async () => {
    const { stdout } = await run(['--help'])
    const [, options = ''] = stdout.split(/^Options\n|\n\nSizes/m)
    const starts = options.split('\n').map((line) => /^ {2}-.*? {2,}(?=\S)|^ +/.exec(line)?.[0].length)

    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
    expect(starts.length).toBeGreaterThan(20)
    expect(new Set(starts).size).toBe(1)
  })

  test('knows every option and variable that the documentation speaks of', async () => {
    const { stdout } = await run(['--help'])
    const pages = DOC_PAGES.filter((page) => page === 'README.md' || page.startsWith('docs/guide'))
      .map((page) => readFileSync(join(ROOT, page), 'utf8'))
      .join('\n')
    // In code, after the command or by themselves: `npm start -- --port 4000`, `--clamav-down accept`, `DECANT_PORT`.
    const commands = pages.match(/(?:npm start --|decant serve) .*|`(?:--[a-z]|DECANT_)[^`]*`/g) ?? []
    const named = commands.flatMap((command) => command.match(/--[a-z][a-z-]*|DECANT_\w+/g) ?? [])

    expect(named).toContain('--max-file-size')
    expect(named).toContain('DECANT_MAX_FILE_SIZE')
    expect(named.filter((name) => !stdout.split(/\s+/).includes(name))).toEqual([])
  })

  test('the version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

    expect(await run(['--version'], { env: { DECANT_VERSION: 'of an image' } })).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    })
  })
})

describe('a variable that no option has', () => {
  test('is told in a warning, with the one that was probably meant', async () => {
    using folder = temporaryFolder()
    const env = { DECANT_MAX_FILESIZE: '1MiB', DECANT_COLOUR: 'red', DECANT_TITLE: 'Box', DECANTER: 'x' }
    await using decant = await serve(folder.path, [], { env })

    expect(decant.stderr()).toBe(
      'warning: DECANT_MAX_FILESIZE means nothing to decant; did you mean DECANT_MAX_FILE_SIZE?\n' +
        'warning: DECANT_COLOUR means nothing to decant\n',
    )
  })

  test('is left alone if others set it: the version of an image, the service of a cluster', async () => {
    using folder = temporaryFolder()
    const service = { DECANT_SERVICE_HOST: '10.0.0.1', DECANT_SERVICE_PORT: '80', DECANT_PORT_80_TCP_PORT: '80' }
    await using decant = await serve(folder.path, [], { env: { DECANT_VERSION: '1.0', ...service } })

    expect(decant.stderr()).toBe('')
  })
})

describe('a port', () => {
  test('that was asked for and is taken is one line, and exit code 1', async () => {
    using folder = temporaryFolder()
    await using first = await serve(folder.path)
    const { code, stdout, stderr } = await run(['serve', folder.path, '-p', String(first.port)])

    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toBe(`decant: port ${first.port} is taken; choose another with --port\n`)
  })

  test('that was not asked for is the next free one, and a warning says so', async () => {
    using folder = temporaryFolder()
    const other = createServer().listen(3000, '127.0.0.1')
    // EADDRINUSE: another program has it, which will do as well.
    await Promise.race([once(other, 'listening'), once(other, 'error')]).catch(() => {})
    const child = spawnDecant(['serve', folder.path, '--json'])
    await using decant = processOf(child)
    const port = Number(new URL(JSON.parse(await firstLine(child)).url).port)
    other.close()

    expect(port).toBeGreaterThan(3000)
    expect(decant.stderr()).toBe(`warning: port 3000 is taken; this is port ${port}\n`)
  })

  test('a host that is not an address of the machine is one line, and exit code 1', async () => {
    using folder = temporaryFolder()
    // TEST-NET-1 (RFC 5737): assigned to no network.
    const { code, stderr } = await run(['serve', folder.path, '--host=192.0.2.1', '--port=0'])

    expect(code).toBe(1)
    expect(stderr.split('\n').at(-2)).toBe(
      'decant: 192.0.2.1 is not an address of this machine; choose another with --host',
    )
  })
})
