import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { draftsIn, form, request, storedIn } from './client.ts'
import { firstLine, linesOf, processOf, run, serve, spawnDecant, temporaryFolder } from './decant-process.ts'
import {
  beginUpload,
  FIRST_HALF,
  isRunning,
  PATIENCE,
  SECOND_HALF,
  uploadInEach,
  workersOf,
} from './worker-processes.ts'

const TWO = ['--workers=2'] as const
const WHOLE = Buffer.concat([FIRST_HALF, SECOND_HALF])

// Which processes there are is known from /proc.
describe.runIf(process.platform === 'linux')('decant serve --workers 2', () => {
  test('serves one folder at one port with two processes, and tells its start once', async () => {
    using folder = temporaryFolder()
    const child = spawnDecant(['serve', folder.path, '--port=0', '--min-free-space=0', '--workers', '2'])
    await using decant = processOf(child)
    const lines: string[] = []
    for await (const line of linesOf(child)) {
      lines.push(line)
      if (line.includes('Ctrl-C')) child.kill('SIGTERM')
    }

    expect(lines.filter((line) => line.startsWith('Upload at'))).toHaveLength(1)
    expect(lines).toContain('2 workers share the work.')
    expect(await decant.exited).toBe(0)
  })

  test('keeps files of one name that come to both at once, each under a name of its own', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, TWO)
    const posts = await Promise.all(Array.from({ length: 40 }, (_, index) => form('same.txt', `file ${index}`)))

    const answers = await Promise.all(posts.map((post) => request(decant.port, '/uploads', post)))
    const contents = storedIn(folder.path).map((name) => readFileSync(join(folder.path, name), 'utf8'))

    expect(answers.map(({ status }) => status)).toEqual(posts.map(() => 201))
    expect(new Set(contents)).toEqual(new Set(posts.map((_, index) => `file ${index}`)))
    expect(draftsIn(folder.path)).toEqual([])
  })

  test('receives in both, and gives what the one took from the other', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, TWO)
    const uploads = await uploadInEach(decant, 2)
    for (const { socket } of uploads) socket.write(SECOND_HALF)
    for (const { socket } of uploads) await once(socket, 'data')

    expect(new Set(uploads.map(({ pid }) => pid))).toEqual(new Set(workersOf(decant)))
    for (const { name } of uploads) {
      // Each connection may lead to either of them.
      const fetched = await Promise.all(Array.from({ length: 8 }, () => request(decant.port, `/uploads/${name}`)))
      expect(fetched.map(({ bytes }) => bytes.equals(WHOLE))).toEqual(fetched.map(() => true))
    }
  })

  test('lets the people of a file of --auth in at both, though a pipe can be read only once', async () => {
    using folder = temporaryFolder()
    using place = temporaryFolder()
    const pipe = join(place.path, 'pipe')
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0)
    const written = writeFile(pipe, 'ann:ann-secret')
    await using decant = await serve(folder.path, [...TWO, '--auth', pipe])
    await written
    const headers = { authorization: `Basic ${Buffer.from('ann:ann-secret').toString('base64')}` }
    const statuses = async (): Promise<number[]> =>
      (await Promise.all(Array.from({ length: 16 }, () => request(decant.port, '/uploads', { headers })))).map(
        ({ status }) => status,
      )

    expect(new Set(await statuses())).toEqual(new Set([200]))
    expect((await request(decant.port, '/uploads')).status).toBe(401)
    for (const pid of workersOf(decant)) process.kill(pid, 'SIGKILL')
    await expect.poll(() => decant.stderr().split('\n').filter(Boolean), PATIENCE).toHaveLength(2)
    await expect.poll(() => statuses().catch(() => []), PATIENCE).toEqual(Array.from({ length: 16 }, () => 200))
  })

  test('shows a browser what became of its upload, whichever worker the next request comes to', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, TWO)
    const posted = await form('note.txt', 'hello')
    const headers = { accept: 'text/html' }
    const sent = await request(decant.port, '/uploads', { ...posted, headers: { ...posted.headers, ...headers } })
    const cookie = sent.headers['set-cookie']?.[0]?.split(';')[0] ?? ''

    const pages = await Promise.all(
      Array.from({ length: 8 }, () => request(decant.port, '/', { headers: { ...headers, cookie } })),
    )

    expect(pages.filter((page) => page.text.includes('Uploaded note.txt (5 bytes).'))).toHaveLength(8)
  })

  test('prints the start first, and each request in a whole line, however long and however many at once', async () => {
    using folder = temporaryFolder()
    const child = spawnDecant(['serve', folder.path, '--port=0', '--min-free-space=0', '--json', '--log', ...TWO])
    await using server = processOf(child)
    const lines = linesOf(child)[Symbol.asyncIterator]()
    const next = async (): Promise<Record<string, unknown>> => JSON.parse((await lines.next()).value ?? '')
    const port = Number(new URL(String((await next())['url'])).port)
    const targets = Array.from({ length: 40 }, (_, index) => `/none/${index}-${'x'.repeat(12_000)}`)

    await Promise.all(targets.map((target) => request(port, target)))
    const told: unknown[] = []
    while (told.length < targets.length) told.push((await next())['path'])

    expect(new Set(told)).toEqual(new Set(targets))
    expect(server.stderr()).toBe('')
  })

  test('tells a failure of ours in one line', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, [...TWO, '--min-free-space=1000TB'])
    await request(decant.port, '/uploads', await form('a.txt', 'abc'))

    await expect
      .poll(() => decant.stderr(), PATIENCE)
      .toMatch(/^warning: only [^\n]*\ndecant: 507 storage-full: [^\n]* must stay free\.\n$/)
  })

  test.each([
    ['--max-uploads=3', '--max-uploads-per-client=9'],
    ['--max-uploads=2000', '--max-uploads-per-client=3'],
    ['--max-uploads=5', ''],
  ])('%s %s counts the uploads of both', async (...options) => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, [...TWO, ...options.filter((option) => option !== '')])
    const running = await uploadInEach(decant, 2)
    running.push(await beginUpload(decant, 'third.txt'))
    const put = (name: string): Promise<number> =>
      request(decant.port, `/uploads/${name}`, { method: 'PUT', body: Buffer.from('x') }).then(({ status }) => status)

    const refused = await Promise.all(Array.from({ length: 8 }, (_, index) => put(`refused-${index}.txt`)))
    expect(running).toHaveLength(3)
    expect(refused).toEqual(refused.map(() => 503))
    running[0]?.socket.destroy()
    await expect.poll(() => put('taken.txt'), PATIENCE).toBe(201)
  })

  test('whose port is taken says so once, and exits with 1', async () => {
    using folder = temporaryFolder()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const { code, stdout, stderr } = await run(['serve', folder.path, `--port=${port}`, ...TWO])
    other.close()

    expect([code, stdout, stderr]).toEqual([1, '', `decant: port ${port} is taken; choose another with --port\n`])
  })

  test('that cannot listen at an address says so once, and exits with 1', async () => {
    using folder = temporaryFolder()
    const { code, stderr } = await run(['serve', folder.path, '--host=192.0.2.1', '--port=0', ...TWO])

    expect([code, stderr]).toEqual([
      1,
      'decant: 192.0.2.1 is not an address of this machine; choose another with --host\n',
    ])
  })
})

describe.runIf(process.platform === 'linux')('workers that are told to stop', () => {
  test('say so to new requests, let uploads end in each of them, and the server exits with 0', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, TWO)
    const uploads = await uploadInEach(decant, 2)

    decant.child.kill('SIGTERM')
    const health = async (): Promise<string[]> => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => request(decant.port, '/healthz')))
      return answers.map(({ status, text: told }) => `${status} ${told}`)
    }
    await expect.poll(health, PATIENCE).toEqual(Array.from({ length: 8 }, () => '503 stopping'))
    for (const { socket } of uploads) socket.write(SECOND_HALF)

    for (const { socket } of uploads) expect(await text(socket)).toMatch(/^HTTP\/1\.1 201 Created\r\n/)
    expect(await decant.exited).toBe(0)
    expect(storedIn(folder.path)).toEqual(uploads.map(({ name }) => name).toSorted())
    expect(draftsIn(folder.path)).toEqual([])
  })

  test('take the Ctrl-C that comes to all processes of a terminal for one, and the second one at once', async () => {
    using folder = temporaryFolder()
    const child = spawnDecant(['serve', folder.path, '--port=0', '--min-free-space=0', '--shutdown-timeout=1h', ...TWO])
    await using decant = processOf(child)
    const lines = linesOf(child)[Symbol.asyncIterator]()
    const until = async (words: string): Promise<string> => {
      for (;;) {
        const line: string = (await lines.next()).value ?? ''
        if (line.includes(words)) return line
      }
    }
    const port = Number(new URL(/http:\S+/.exec(await until('Upload at'))?.[0] ?? '').port)
    await until('Ctrl-C')
    const uploads = await uploadInEach({ port, folder: folder.path }, 2)
    const workers = workersOf(decant)
    const interrupt = (): void => {
      for (const pid of [child.pid, ...workers]) if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGINT')
    }

    interrupt()
    expect(await until('Stopping')).toBe('Stopping. 2 requests are still running and may take 3600 seconds to end.')
    uploads[0]?.socket.write(SECOND_HALF)
    const [answer]: unknown[] = await once(uploads[0]?.socket ?? child, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 201 /)
    await expect
      .poll(() => {
        interrupt()
        // One that comes while the process is ending already ends it by the signal: to a shell that is the same.
        return child.signalCode === 'SIGINT' ? 130 : child.exitCode
      }, PATIENCE)
      .toBe(130)

    expect(storedIn(folder.path)).toEqual([uploads[0]?.name])
    expect(draftsIn(folder.path)).toEqual([])
    expect(workers.filter(isRunning)).toEqual([])
  })

  test('cut off what stalls when the time is over; one that hangs is killed, and what it had is removed', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, [...TWO, '--shutdown-timeout=50ms'])
    const [hanging] = await uploadInEach(decant, 2)
    process.kill(hanging?.pid ?? Number.NaN, 'SIGSTOP')

    decant.child.kill('SIGTERM')

    expect(await decant.exited).toBe(0)
    expect([storedIn(folder.path), draftsIn(folder.path)]).toEqual([[], []])
  })
})

describe.runIf(process.platform === 'linux')('a worker that is killed', () => {
  test('leaves nothing visible; its draft is removed, another takes its place, and the other goes on', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, TWO)
    await request(decant.port, '/uploads', await form('whole.txt', 'whole'))
    const [killed, other] = await uploadInEach(decant, 2)
    const closed = once(killed?.socket ?? decant.child, 'close')

    process.kill(killed?.pid ?? Number.NaN, 'SIGKILL')
    await closed
    await expect.poll(() => draftsIn(folder.path), PATIENCE).toHaveLength(1)
    expect(storedIn(folder.path)).toEqual(['whole.txt'])
    await expect.poll(() => workersOf(decant).length, PATIENCE).toBe(2)
    expect(decant.stderr()).toBe('warning: a worker ended by SIGKILL; another takes its place\n')

    other?.socket.write(SECOND_HALF)
    const [answer]: unknown[] = await once(other?.socket ?? decant.child, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 201 /)
    expect(readFileSync(join(folder.path, other?.name ?? ''))).toEqual(WHOLE)
    const fresh = await uploadInEach(decant, 2)
    expect(new Set(fresh.map(({ pid }) => pid))).toEqual(new Set(workersOf(decant)))
  })

  test('before the others are ready ends the server, which says so, and leaves none behind', async () => {
    using folder = temporaryFolder()
    const child = spawnDecant(['serve', folder.path, '--port=0', '--min-free-space=0', ...TWO])
    await using decant = processOf(child)
    const started = firstLine(child)
    // The second one is started when the first one listens, and is held up before it does.
    // Not before it is a program of its own, either: until then its primary waits for it.
    const programOf = (pid: number | undefined): string => readFileSync(`/proc/${pid}/cmdline`, 'latin1')
    const programs = (): number[] => workersOf(decant).filter((pid) => programOf(pid) !== programOf(child.pid))
    await expect.poll(programs, { ...PATIENCE, interval: 5 }).toHaveLength(2)
    const [first = Number.NaN, second = Number.NaN] = workersOf(decant)
    process.kill(second, 'SIGSTOP')
    process.kill(first, 'SIGKILL')

    await expect(started).rejects.toThrow('decant ended: decant: a worker ended by SIGKILL before all were ready\n')
    expect(await decant.exited).toBe(1)
    expect([first, second].filter(isRunning)).toEqual([])
  })

  test('gives its slots back', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, [...TWO, '--max-uploads=2', '--max-uploads-per-client=2'])
    const [killed] = await uploadInEach(decant, 2)
    const put = (): Promise<number> =>
      request(decant.port, '/uploads/a.txt', { method: 'PUT', body: Buffer.from('x') }).then(({ status }) => status)
    expect(await put()).toBe(503)

    process.kill(killed?.pid ?? Number.NaN, 'SIGKILL')

    await expect.poll(() => put().catch(() => 0), PATIENCE).toBe(201)
  })

  test('with all the others at once does not lose the port', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, TWO)
    const before = workersOf(decant)

    for (const pid of before) process.kill(pid, 'SIGKILL')

    await expect.poll(() => workersOf(decant).filter((pid) => !before.includes(pid)), PATIENCE).toHaveLength(2)
    await expect
      .poll(
        () =>
          request(decant.port, '/healthz').then(
            ({ status }) => status,
            () => 0,
          ),
        PATIENCE,
      )
      .toBe(200)
  })

  test('again and again ends the server, which says so and exits with 1', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, TWO)
    const told = (): number => decant.stderr().split('\n').length
    for (let deaths = told(); decant.child.exitCode === null; deaths = told()) {
      const [pid] = workersOf(decant)
      if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGKILL')
      await expect.poll(() => decant.child.exitCode !== null || told() > deaths, PATIENCE).toBe(true)
    }

    expect(await decant.exited).toBe(1)
    expect(decant.stderr().trim().split('\n').at(-1)).toBe(
      'decant: 5 workers in a row ended soon after their start, the last one by SIGKILL',
    )
  })

  test('as their primary was leaves no worker behind, and the next run removes what they had', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, TWO)
    await uploadInEach(decant, 2)
    const workers = workersOf(decant)

    decant.child.kill('SIGKILL')

    await decant.exited
    await expect.poll(() => workers.filter(isRunning), PATIENCE).toEqual([])
    const asked = (): Promise<unknown> => request(decant.port, '/healthz').catch(String)
    await expect.poll(asked, PATIENCE).toContain('ECONNREFUSED')
    await using _ = await serve(folder.path, TWO)
    expect([storedIn(folder.path), draftsIn(folder.path)]).toEqual([[], []])
  })
})
