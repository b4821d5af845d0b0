import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { draftsIn, form, halfAnUpload, request, storedIn } from './client.ts'
import { linesOf, processOf, serve, spawnDecant, temporaryFolder } from './decant-process.ts'

const FIRST = Buffer.alloc(500_000, 'a')
const REST = Buffer.alloc(500_000, 'b')

/** An upload of which a half is on the disk. */
async function runningUpload(port: number, folder: string): Promise<Socket> {
  const socket = await halfAnUpload(port, 'long.txt', FIRST, FIRST.length + REST.length)
  await expect.poll(() => draftsIn(folder)).toHaveLength(1)
  return socket
}

/** The answer of `/healthz` on a connection of its own, or how the connection failed. */
async function health(port: number): Promise<string> {
  try {
    const { status, text: told } = await request(port, '/healthz')
    return `${status} ${told}`
  } catch (error) {
    return String(error)
  }
}

describe('a server that is told to stop', () => {
  test('says so to new requests, lets a running upload end, and exits with 0', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path)
    const socket = await runningUpload(decant.port, folder.path)

    decant.child.kill('SIGTERM')
    await expect.poll(() => health(decant.port)).toBe('503 stopping')
    const refused = await request(decant.port, '/uploads', await form('late.txt', 'late'))
    expect([refused.status, refused.headers['retry-after'], refused.headers['connection']]).toEqual([
      503,
      '10',
      'close',
    ])
    // A connection that asks for nothing keeps the server from nothing.
    const late = connect(decant.port, '127.0.0.1')
    await once(late, 'connect')
    socket.write(REST)

    expect(await text(socket)).toMatch(/^HTTP\/1\.1 201 Created\r\n[^]*"size":1000000/)
    expect(await decant.exited).toBe(0)
    late.destroy()
    expect(await health(decant.port)).toContain('ECONNREFUSED')
    expect(storedIn(folder.path)).toEqual(['long.txt'])
    expect(readFileSync(join(folder.path, 'long.txt'))).toEqual(Buffer.concat([FIRST, REST]))
    expect(draftsIn(folder.path)).toEqual([])
  })

  test('cuts off one that stalls when the time is over, and leaves nothing of it', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, ['--shutdown-timeout=50ms'])
    const socket = await runningUpload(decant.port, folder.path)
    const closed = once(socket, 'close')

    decant.child.kill('SIGTERM')

    expect(await decant.exited).toBe(0)
    await closed
    expect([storedIn(folder.path), draftsIn(folder.path)]).toEqual([[], []])
  })

  test('waits for no connection without a request, new or kept alive', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path, ['--shutdown-timeout=1h'])
    const fresh = connect(decant.port, '127.0.0.1')
    await once(fresh, 'connect')
    const kept = connect(decant.port, '127.0.0.1')
    kept.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    await once(kept, 'data')

    decant.child.kill('SIGTERM')

    expect(await decant.exited).toBe(0)
    fresh.destroy()
    kept.destroy()
  })

  test('takes the two signals of one Ctrl-C under npm for one, and exits with 130', async () => {
    using folder = temporaryFolder()
    await using decant = await serve(folder.path)
    const socket = await runningUpload(decant.port, folder.path)

    decant.child.kill('SIGINT')
    decant.child.kill('SIGINT')
    await expect.poll(() => health(decant.port)).toBe('503 stopping')
    decant.child.kill('SIGINT')
    socket.write(REST)

    expect(await text(socket)).toMatch(/^HTTP\/1\.1 201 /)
    expect(await decant.exited).toBe(130)
  })

  test('does not mind that its output is not read', async () => {
    using folder = temporaryFolder()
    const child = spawnDecant(['serve', folder.path, '--port=0', '--min-free-space=0'])
    await using decant = processOf(child)
    let url = ''
    for await (const line of linesOf(child)) {
      url ||= /http:\S+/.exec(line)?.[0] ?? ''
      if (line.includes('Ctrl-C')) break
    }
    child.stdout?.destroy()
    const port = Number(new URL(url).port)
    const socket = await runningUpload(port, folder.path)

    child.kill('SIGTERM')
    await expect.poll(() => health(port)).toBe('503 stopping')
    socket.write(REST)

    expect(await text(socket)).toMatch(/^HTTP\/1\.1 201 /)
    expect(await decant.exited).toBe(0)
  })
})

describe('a server that is killed', () => {
  test('shows nothing of what it was receiving, and the next run removes it', async () => {
    using folder = temporaryFolder()
    await using killed = await serve(folder.path)
    await request(killed.port, '/uploads', await form('whole.txt', 'whole'))
    const socket = await runningUpload(killed.port, folder.path)

    killed.child.kill('SIGKILL')
    await killed.exited
    socket.destroy()
    expect(draftsIn(folder.path)).toHaveLength(1)
    expect(storedIn(folder.path)).toEqual(['whole.txt'])

    await using next = await serve(folder.path)
    expect(draftsIn(folder.path)).toEqual([])
    expect(JSON.parse((await request(next.port, '/uploads')).text).files).toMatchObject([{ key: 'whole.txt' }])
    expect(await request(next.port, '/uploads', await form('new.txt', 'new'))).toMatchObject({ status: 201 })
    expect(draftsIn(folder.path)).toEqual([])
  })
})
