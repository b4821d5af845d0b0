import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { Server } from 'node:http'
import { promisify } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { UploadError } from '../../errors/upload-error.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { problemOutgoing } from '../../http/problem-outgoing.ts'
import { RawClient } from '../../testing/adapter-contract/raw-client.ts'
import { attach } from '../node/attach.ts'
import { listen } from '../node/fixtures/listen.ts'
import { honoHandler } from './hono-handler.ts'

afterEach(() => {
  vi.useRealTimers()
})

const LARGE = 'x'.repeat(30_000_000)
const SMALL = 'x'.repeat(1000)

const texts: RequestHandler = {
  async handle({ target, method }) {
    if (target === '/none') return { status: 204, headers: {} }
    if (target === '/late') return problemOutgoing(new UploadError('request-timeout', { idleTimeoutMs: 1 }), method)
    const body = target === '/large' ? LARGE : SMALL
    return { status: 200, headers: { 'content-length': String(body.length) }, body }
  },
}

async function withServer(
  stallTimeoutMs: number,
  use: (origin: string, server: Server) => Promise<void>,
  after: () => Promise<void> = async () => {},
): Promise<void> {
  const app = new Hono().use(async (_, next) => {
    await next()
    await after()
  })
  const { fetch } = app.use(honoHandler(texts, { stallTimeoutMs }))
  const server = createAdaptorServer({ fetch })
  if (!(server instanceof Server)) throw new TypeError('It is not a server of node:http.')
  const running = await listen(attach(server))
  try {
    await use(running.origin, server)
  } finally {
    await running.close()
  }
}

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`
}

test.each([
  ['of one large answer', get('/large')],
  ['of many small ones', get('/small').repeat(20_000)],
])('a client that takes nothing %s is given up', async (_, requests) => {
  await withServer(100, async (origin, server) => {
    const connections = promisify(server.getConnections.bind(server))
    const client = await RawClient.connect(origin)
    // EPIPE, ECONNRESET: it may be given up before it has asked for everything.
    await client.send(requests).catch(() => {})
    await expect.poll(() => connections(), { timeout: 30_000 }).toBe(0)
    client.destroy()
  })
})

test('a client that takes its time has the whole answer, and the next one after it', async () => {
  await withServer(60_000, async (origin) => {
    const client = await RawClient.connect(origin)
    await client.send(get('/large') + get('/small'))
    expect((await client.answer()).body.toString()).toBe(LARGE)
    expect((await client.answer()).body.toString()).toBe(SMALL)
    client.destroy()
  })
})

test('an answer behind one that is still being taken does not count as stalled', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  await withServer(60_000, async (origin) => {
    const client = await RawClient.connect(origin)
    await client.send(get('/large') + get('/large'))
    for (let count = 0; count < 3; count += 1) {
      await client.read(8_000_000)
      for (let turn = 0; turn < 50; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve))
      vi.advanceTimersByTime(50_000)
    }
    // The head of the first is among what was read.
    expect((await client.read(6_000_000)).length).toBe(6_000_000)
    await client.read(1000)
    expect((await client.read(29_000_000)).length).toBe(29_000_000)
    client.destroy()
  })
})

test('an answer that middleware takes its time over is not held against its client', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const { promise: isAnswered, resolve: answered } = Promise.withResolvers<void>()
  const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>()
  const after = async (): Promise<void> => {
    answered()
    await mayGoOn
  }
  await withServer(
    60_000,
    async (origin) => {
      const client = await RawClient.connect(origin)
      await client.send(get('/small'))
      await isAnswered
      vi.advanceTimersByTime(61_000)
      vi.advanceTimersByTime(61_000)
      goOn()
      expect((await client.answer()).body.toString()).toBe(SMALL)
      client.destroy()
    },
    after,
  )
})

test('a client that was too slow is told that the connection is closed', async () => {
  await withServer(60_000, async (origin) => {
    const client = await RawClient.connect(origin)
    const answer = await client.ask(get('/late'))
    expect([answer.status, answer.headers['connection']]).toEqual([408, 'close'])
    expect((await client.rest()).length).toBe(0)
  })
})

test.each(['keep-alive', 'close'])(
  'an answer without content reaches a client that is still sending (%s)',
  async (connection) => {
    await withServer(60_000, async (origin) => {
      const client = await RawClient.connect(origin)
      await client.send(
        `PUT /none HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\nContent-Length: 20000000\r\n\r\n`,
      )
      await client.send('x'.repeat(20_000_000))
      expect((await client.answer()).status).toBe(204)
      client.destroy()
    })
  },
)
