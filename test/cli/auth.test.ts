import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { form, request } from './client.ts'
import type { ClientOptions } from './client.ts'
import { run, serve, temporaryFolder } from './decant-process.ts'
import type { DecantProcess } from './decant-process.ts'

const LINES = `# permissions
ann:a:nn-Ünïcode upload,list,fetch,delete
bob:bob-secret
scanner:tok-3n upload
`

const basic = (name: string, secret: string): string => `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`

const PEOPLE: Readonly<Record<string, string | undefined>> = {
  nobody: undefined,
  ann: basic('ann', 'a:nn-Ünïcode'),
  bob: basic('bob', 'bob-secret'),
  'bob by token': 'Bearer bob-secret',
  scanner: 'bearer tok-3n',
  'a wrong password': basic('ann', 'bob-secret'),
  'a wrong token': 'Bearer nobody',
  nonsense: 'Basic %%%',
}

/** A folder for the uploads beside a file of credentials. */
function place(lines: string, mode = 0o600): Disposable & { readonly folder: string; readonly file: string } {
  const own = temporaryFolder()
  const file = join(own.path, 'auth.txt')
  const folder = join(own.path, 'uploads')
  mkdirSync(folder, 0o700)
  writeFileSync(file, lines)
  chmodSync(file, mode)
  return { folder, file, [Symbol.dispose]: () => own[Symbol.dispose]() }
}

/** The statuses of: upload by form, upload by PUT, list, page, fetch, HEAD, delete, health. */
async function statuses(decant: DecantProcess, authorization: string | undefined): Promise<number[]> {
  writeFileSync(join(decant.folder, 'there.txt'), 'there')
  const own = authorization === undefined ? {} : { authorization }
  const ask = async (target: string, { headers, ...options }: ClientOptions = {}): Promise<number> => {
    const { status, headers: answered } = await request(decant.port, target, {
      ...options,
      headers: { ...headers, ...own },
    })
    expect(answered['www-authenticate'] !== undefined).toBe(status === 401)
    return status
  }
  const name = `${Math.random()}.txt`
  return [
    await ask('/uploads', await form('a.txt', 'a')),
    await ask(`/uploads/${name}`, { method: 'PUT', body: Buffer.from('x') }),
    await ask('/uploads'),
    await ask('/', { headers: { accept: 'text/html' } }),
    await ask('/uploads/there.txt'),
    await ask('/uploads/there.txt', { method: 'HEAD' }),
    await ask('/uploads/there.txt', { method: 'DELETE' }),
    await ask('/healthz'),
  ]
}

async function table(decant: DecantProcess): Promise<Record<string, number[]>> {
  const rows: Record<string, number[]> = {}
  for (const [who, authorization] of Object.entries(PEOPLE)) rows[who] = await statuses(decant, authorization)
  return rows
}

const CLOSED = [401, 401, 401, 401, 401, 401, 401, 200]

describe.skipIf(process.platform === 'win32')('the files of a server', () => {
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

  test.each([
    ['--auth', ['--auth=FILE'], {}, '600', '700'],
    ['DECANT_CREDENTIALS', [], { DECANT_CREDENTIALS: LINES }, '600', '700'],
    ['--auth and workers', ['--auth=FILE', '--workers=2'], {}, '600', '700'],
    ['--auth --private=false', ['--auth=FILE', '--private=false'], {}, '644', '755'],
    ['DECANT_PRIVATE=false', ['--auth=FILE'], { DECANT_PRIVATE: 'false' }, '644', '755'],
    ['no credentials', [], {}, '644', '755'],
    ['no credentials, with --private', ['--private'], {}, '600', '700'],
  ])(
    'are private with credentials or --private, and otherwise open to other users: %s',
    async (_, typed, env, file, folder) => {
      using own = place(LINES)
      rmSync(own.folder, { recursive: true })
      const umask = process.umask(0o022)
      await using decant = await serve(
        own.folder,
        typed.map((word) => word.replace('FILE', own.file)),
        { env },
      )
      process.umask(umask)
      const headers = { authorization: basic('ann', 'a:nn-Ünïcode') }
      const put = await request(decant.port, '/uploads/a.txt', { method: 'PUT', body: Buffer.from('x'), headers })
      expect(put.status).toBe(201)
      expect([modeOf(join(own.folder, 'a.txt')), modeOf(own.folder)]).toEqual([file, folder])
      expect(modeOf(join(own.folder, '.decant'))).toBe('700')
      expect(decant.stderr()).toBe('')
    },
  )

  test('lead to a warning if the folder was open to other users before', async () => {
    using own = place(LINES)
    chmodSync(own.folder, 0o755)
    await using decant = await serve(own.folder, ['--auth', own.file])
    expect(decant.stderr()).toContain(`other users of this machine can look into ${own.folder}; run chmod 700 to keep`)
    expect(modeOf(own.folder)).toBe('755')
  })
})

describe('decant serve --auth', () => {
  test('lets each client take its own actions, and no other client any', async () => {
    using own = place(LINES)
    await using decant = await serve(own.folder, ['--auth', own.file])

    expect(await table(decant)).toEqual({
      nobody: CLOSED,
      ann: [201, 201, 200, 200, 200, 200, 204, 200],
      bob: [201, 201, 200, 200, 200, 200, 403, 200],
      'bob by token': [201, 201, 200, 200, 200, 200, 403, 200],
      scanner: [201, 201, 403, 200, 403, 403, 403, 200],
      'a wrong password': CLOSED,
      'a wrong token': CLOSED,
      nonsense: CLOSED,
    })
    expect(decant.stderr()).toBe('')
  })

  test('lets every client take the actions of *, and still refuses a wrong credential', async () => {
    using own = place(`${LINES}* list,fetch\n`)
    await using decant = await serve(own.folder, [], { env: { DECANT_AUTH: own.file } })

    expect(await table(decant)).toMatchObject({
      nobody: [401, 401, 200, 200, 200, 200, 401, 200],
      ann: [201, 201, 200, 200, 200, 200, 204, 200],
      scanner: [201, 201, 200, 200, 200, 200, 403, 200],
      'a wrong password': CLOSED,
      nonsense: CLOSED,
    })
  })

  test('knows DELETE only if some client may delete', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, [], { env: { DECANT_CREDENTIALS: 'bob:bob-secret' } })

    expect(await statuses(decant, PEOPLE['bob'])).toEqual([201, 201, 200, 200, 200, 200, 405, 200])
    expect((await statuses(decant, undefined)).slice(0, 6)).toEqual([401, 401, 401, 401, 401, 401])
  })

  test('adds the credentials of the environment to those of the file', async () => {
    using own = place('ann:ann-secret list')
    const env = { DECANT_CREDENTIALS: 'bob:bob-secret fetch\n* upload' }
    await using decant = await serve(own.folder, ['--auth', own.file], { env })

    expect((await statuses(decant, basic('ann', 'ann-secret'))).slice(1, 5)).toEqual([201, 200, 200, 403])
    expect((await statuses(decant, basic('bob', 'bob-secret'))).slice(1, 5)).toEqual([201, 403, 200, 200])
    expect((await statuses(decant, undefined)).slice(1, 5)).toEqual([201, 401, 200, 401])
  })

  test('reads the file once, when it starts', async () => {
    using own = place(LINES)
    await using decant = await serve(own.folder, ['--auth', own.file])
    writeFileSync(own.file, 'ann:other')

    expect((await statuses(decant, PEOPLE['ann'])).slice(0, 3)).toEqual([201, 201, 200])
  })

  test('reads a pipe, too', async () => {
    using own = place('')
    const pipe = `${own.file}.pipe`
    execFileSync('mkfifo', ['-m', '644', pipe])
    const writing = writeFile(pipe, LINES)
    await using decant = await serve(own.folder, ['--auth', pipe])
    await writing

    expect(await statuses(decant, PEOPLE['bob'])).toEqual([201, 201, 200, 200, 200, 200, 403, 200])
    expect(decant.stderr()).toBe('')
  })

  test('shows the form alone to a client that may only upload, and to the others what they may do', async () => {
    using own = place(`${LINES}* upload\n`)
    await using decant = await serve(own.folder, ['--auth', own.file])
    writeFileSync(join(own.folder, 'there.txt'), 'there')
    const page = async (authorization?: string): Promise<string> => {
      const headers = { accept: 'text/html', ...(authorization !== undefined && { authorization }) }
      return (await request(decant.port, '/', { headers })).text.replace(/<template[^]*?<\/template>/g, '')
    }

    expect(await page()).toMatch(/<form[^]*<a href="\/\?sign-in">Sign in</)
    expect(await page()).not.toContain('there.txt')
    expect(await page(PEOPLE['bob'])).toMatch(/<form[^]*there\.txt/)
    expect(await page(PEOPLE['bob'])).not.toContain('Sign in')
  })

  test('warns of a file that others can open', async () => {
    using own = place(LINES, 0o640)
    await using decant = await serve(own.folder, ['--auth', own.file])

    expect(statSync(own.file).mode & 0o777).toBe(0o640)
    expect(decant.stderr()).toBe(
      `warning: other users of this machine can open ${own.file}; run chmod 600 to keep them out\n`,
    )
  })

  test('warns beyond loopback of clear text, unless a proxy is trusted, and without it of everybody', async () => {
    using own = place(LINES)
    const warned = async (...typed: readonly string[]): Promise<string> => {
      await using decant = await serve(own.folder, ['--host=0.0.0.0', ...typed])
      return decant.stderr()
    }

    expect(await warned()).toContain('warning: every client that can reach this machine can upload files here')
    expect(await warned('--auth', own.file)).toMatch(
      /^warning: passwords and files cross the network in clear text; .*\n$/,
    )
    expect(await warned('--auth', own.file, '--trust-proxy=private')).toBe('')
  })
})

describe('credentials that cannot be used are one line on stderr, without them, and exit code 2:', () => {
  test.each([
    ['a line that is not valid', 'ok:ok\nswordfish', 'line 2: write name:secret'],
    ['a secret with a space', 'ann:sword fish', 'line 1: after the secret'],
    ['nobody', '# ann:swordfish', 'it has no credentials.'],
    [
      'one secret of two names',
      'ann:swordfish\nbob:swordfish',
      'the credentials: "ann" and "bob" have the same secret.',
    ],
  ])('%s', async (_, lines, sentence) => {
    using own = place(lines)
    for (const [typed, env] of [
      [['--auth', own.file], {}],
      [[], { DECANT_CREDENTIALS: lines }],
    ] as const) {
      const { code, stdout, stderr } = await run(['serve', own.folder, '--port=0', ...typed], { env })
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/^decant: [^\n]*\n$/)
      expect(stderr).toContain(sentence)
      expect(stderr).not.toMatch(/sword|fish/)
    }
  })

  test('a file that is not there, is a folder, or no text', async () => {
    using own = place('')
    writeFileSync(own.file, Buffer.from([0x61, 0x3a, 0xff]))
    const told = async (file: string): Promise<string> => {
      const { code, stderr } = await run(['serve', own.folder, '--port=0', '--auth', file])
      expect(code).toBe(2)
      return stderr
    }

    expect(await told(`${own.file}x`)).toBe(`decant: --auth ${own.file}x: there is no such file\n`)
    expect(await told(own.folder)).toBe(`decant: --auth ${own.folder}: it is a folder\n`)
    expect(await told(own.file)).toBe(`decant: --auth ${own.file}: it is not text in UTF-8\n`)
  })

  test('a file that the server would hand out', async () => {
    using own = place(LINES)
    mkdirSync(join(own.folder, 'deep'))
    const inside = join(own.folder, 'deep', 'auth.txt')
    writeFileSync(inside, LINES, { mode: 0o600 })
    const link = `${own.file}.link`
    symlinkSync(inside, link)
    for (const file of [inside, link]) {
      const { code, stderr } = await run(['serve', own.folder, '--port=0', '--auth', file])
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining('it is in the upload folder, so clients could fetch it'),
      ])
    }
  })

  test('a secret that was typed, which everybody can read', async () => {
    for (const typed of [['--credentials', 'ann:swordfish'], ['--credentials=ann:swordfish'], ['--credentials']]) {
      const { code, stderr } = await run(['serve', '--port=0', ...typed])
      expect([code, stderr]).toEqual([
        2,
        'decant: every user of this machine can read --credentials; set DECANT_CREDENTIALS instead\n',
      ])
    }
    const { stdout } = await run(['--help'])
    expect(stdout).toContain('DECANT_CREDENTIALS')
    expect(stdout).not.toContain('--credentials')
  })

  test('a proxy that is not an address', async () => {
    const { code, stderr } = await run(['serve', '--port=0', '--trust-proxy=loopback,proxy.example'])
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('decant: --trust-proxy: "proxy.example" is not an address of a proxy.'),
    ])
  })
})

describe('decant serve --trust-proxy', () => {
  const asked = {
    accept: 'text/html',
    host: '127.0.0.1',
    origin: 'https://files.example',
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-host': 'files.example',
    'x-forwarded-proto': 'https',
  }

  test('takes an upload by the name and the scheme that a proxy on this machine was asked by', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, ['--trust-proxy', 'loopback', '--hosts', 'files.example'])
    const posted = await form('a.txt', 'a')
    const { status, headers } = await request(decant.port, '/uploads', {
      ...posted,
      headers: { ...posted.headers, ...asked },
    })

    expect([status, headers['set-cookie']?.[0]]).toEqual([303, expect.stringMatching(/; Secure$/)])
  })

  test('believes the header of --proxy-header alone, and neither of two without that option', async () => {
    using folder = temporaryFolder()
    const posted = await form('a.txt', 'a')
    const { 'x-forwarded-proto': scheme, ...others } = asked
    const headers = { ...posted.headers, ...others, forwarded: `for=192.0.2.1;host=evil.example;proto=${scheme}` }
    const options = ['--trust-proxy', 'loopback', '--hosts', 'files.example']
    const answer = async (...more: string[]) => {
      await using decant = await serve(folder.path, [...options, ...more])
      const { status, text } = await request(decant.port, '/uploads', { ...posted, headers })
      return { status, text, log: decant.stderr() }
    }

    expect((await answer('--proxy-header=x-forwarded')).status).toBe(303)
    expect((await answer('--proxy-header=forwarded')).text).toContain('evil.example')
    const unsaid = await answer()
    expect(unsaid.status).toBe(403)
    expect(unsaid.log).toContain('sends both Forwarded and X-Forwarded headers')
    const { code, stderr } = await run(['serve', '--port=0', '--proxy-header=forwarded'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--proxy-header needs --trust-proxy')])
  })

  test('believes no proxy by default', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, ['--hosts', 'files.example'])
    const posted = await form('a.txt', 'a')
    const refused = await request(decant.port, '/uploads', { ...posted, headers: { ...posted.headers, ...asked } })
    const { origin, ...without } = asked
    const taken = await request(decant.port, '/uploads', { ...posted, headers: { ...posted.headers, ...without } })

    expect([origin, refused.status]).toEqual(['https://files.example', 403])
    expect([taken.status, taken.headers['set-cookie']?.[0]]).toEqual([303, expect.not.stringContaining('Secure')])
  })
})
