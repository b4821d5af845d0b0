import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import type { MiddlewareHandler } from 'hono'
import { once } from 'node:events'
import { createServer, Server } from 'node:http'
import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import type { FillingBody } from '../../http/filling-body.ts'
import { RawClient } from '../../testing/adapter-contract/raw-client.ts'
import { attach } from '../node/attach.ts'
import { listen } from '../node/fixtures/listen.ts'
import { honoHandler } from './hono-handler.ts'

const SIZE = 3_000_000
const CONTENT = Buffer.from(Uint8Array.from({ length: SIZE }, (_, index) => (index >> 8) % 251))

/** A file that tells how it was read. */
class FakeFile implements FillingBody {
  filled = 0
  closed = 0
  #position = 0
  readonly #failAt: number

  constructor(failAt: number = Infinity) {
    this.#failAt = failAt
  }

  async readInto(buffer: Uint8Array): Promise<number> {
    if (this.#position >= this.#failAt) throw new Error('the medium failed')
    const part = CONTENT.subarray(this.#position, this.#position + buffer.length)
    buffer.set(part)
    this.#position += part.length
    this.filled += part.length
    return part.length
  }

  async close(): Promise<void> {
    this.closed += 1
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < SIZE; start += 262_144) yield CONTENT.subarray(start, start + 262_144)
  }
}

async function withServer(
  file: FakeFile,
  middleware: MiddlewareHandler[],
  use: (origin: string) => Promise<void>,
): Promise<void> {
  const app = new Hono()
  for (const each of middleware) app.use(each)
  app.use(
    honoHandler({
      handle: async () => ({ status: 200, headers: { 'content-length': String(SIZE) }, body: file }),
    }),
  )
  const server = createAdaptorServer({ fetch: app.fetch })
  if (!(server instanceof Server)) throw new TypeError('It is not a server of node:http.')
  const running = await listen(attach(server))
  try {
    await use(running.origin)
  } finally {
    await running.close()
  }
}

const bytesOf = async (url: string): Promise<Buffer> => Buffer.from(await (await fetch(url)).arrayBuffer())

test('a file is sent through two buffers, and closed', async () => {
  const file = new FakeFile()
  await withServer(file, [], async (origin) => {
    expect((await bytesOf(origin)).equals(CONTENT)).toBe(true)
  })
  expect([file.filled, file.closed]).toEqual([SIZE, 1])
})

test('headers that middleware sets before are with it', async () => {
  const file = new FakeFile()
  const before: MiddlewareHandler = async (c, next) => {
    c.header('x-theirs', '1')
    await next()
  }
  await withServer(file, [before], async (origin) => {
    const answer = await fetch(origin)
    expect([answer.headers.get('x-theirs'), (await answer.arrayBuffer()).byteLength]).toEqual(['1', SIZE])
  })
})

test('middleware that keeps a copy, or puts a stream behind, has chunks whose bytes stay what they were', async () => {
  const copies: Promise<ArrayBuffer>[] = []
  const copying: MiddlewareHandler = async (c, next) => {
    await next()
    copies.push(c.res.clone().arrayBuffer())
  }
  const late = new TransformStream({}, { highWaterMark: 100 }, { highWaterMark: 100 })
  const piping: MiddlewareHandler = async (c, next) => {
    await next()
    c.res = new Response(c.res.body?.pipeThrough(late) ?? null, c.res)
  }
  for (const middleware of [copying, piping]) {
    const file = new FakeFile()
    await withServer(file, [middleware], async (origin) => {
      expect((await bytesOf(origin)).equals(CONTENT)).toBe(true)
    })
    expect(file.filled).toBe(0)
  }
  const [copy = new ArrayBuffer(0)] = await Promise.all(copies)
  expect(Buffer.from(copy).equals(CONTENT)).toBe(true)
})

test('a client that goes away closes the file', async () => {
  const file = new FakeFile()
  await withServer(file, [], async (origin) => {
    const client = await RawClient.connect(origin)
    await client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await client.read(1000)
    client.reset()
    await expect.poll(() => file.closed, { timeout: 10_000 }).toBe(1)
  })
})

test('a client that takes nothing of a long file is given up, and the file closed', async () => {
  const file = new FakeFile()
  file.readInto = async ({ length }) => length
  const app = new Hono().use(
    honoHandler({ handle: async () => ({ status: 200, headers: {}, body: file }) }, { stallTimeoutMs: 100 }),
  )
  const server = createAdaptorServer({ fetch: app.fetch })
  if (!(server instanceof Server)) throw new TypeError('It is not a server of node:http.')
  const running = await listen(attach(server))
  const client = await RawClient.connect(running.origin)
  await client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await expect.poll(() => file.closed, { timeout: 30_000 }).toBe(1)
  client.destroy()
  await running.close()
})

test('a file that fails breaks the answer off, and is closed', async () => {
  const file = new FakeFile(1_000_000)
  await withServer(file, [], async (origin) => {
    await expect(bytesOf(origin)).rejects.toThrow('terminated')
  })
  expect(file.closed).toBe(1)
})

test('a response whose write is not Node’s own gets chunks of their own', async () => {
  const file = new FakeFile()
  const app = new Hono().use(
    honoHandler({ handle: async () => ({ status: 200, headers: { 'content-length': String(SIZE) }, body: file }) }),
  )
  const inner = createAdaptorServer({ fetch: app.fetch })
  const server = createServer((request, response) => {
    const write = response.write.bind(response)
    Object.defineProperty(response, 'write', { value: write })
    inner.emit('request', request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  expect((await bytesOf(`http://127.0.0.1:${port}`)).equals(CONTENT)).toBe(true)
  expect(file.filled).toBe(0)
  server.close()
  server.closeAllConnections()
})

test('a connection that is not a socket may keep written chunks', async () => {
  const file = new FakeFile()
  const app = new Hono().use(
    honoHandler({ handle: async () => ({ status: 200, headers: { 'content-length': String(SIZE) }, body: file }) }),
  )
  const kept: Buffer[] = []
  const connection = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      kept.push(chunk)
      done()
    },
  })
  createAdaptorServer({ fetch: app.fetch }).emit('connection', connection)
  connection.push('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await once(connection, 'finish')
  const answer = Buffer.concat(kept)
  expect(answer.subarray(answer.indexOf('\r\n\r\n') + 4).equals(CONTENT)).toBe(true)
})
