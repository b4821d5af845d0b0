import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { createServer, Server } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { FillingBody } from '../http/filling-body.ts'
import type { RequestHandler } from '../http/outgoing.ts'
import { RawClient } from '../testing/adapter-contract/raw-client.ts'
import { honoHandler } from './hono/hono-handler.ts'
import { attach } from './node/attach.ts'
import { listen } from './node/fixtures/listen.ts'
import { nodeHandler } from './node/node-handler.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const STALL_TIMEOUT_MS = 60_000
/** More than the system keeps for a connection. */
const SIZE = 30_000_000
const CHUNK = new Uint8Array(1_000_000)

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
const options = { stallTimeoutMs: STALL_TIMEOUT_MS }

const BODIES = {
  text: () => 'x'.repeat(SIZE),
  'large chunks': async function* () {
    for (let sent = 0; sent < SIZE; sent += CHUNK.length) yield CHUNK
  },
  'a file': (): FillingBody => {
    let left = SIZE
    return {
      async readInto(buffer) {
        const length = Math.min(left, buffer.length)
        left -= length
        return length
      },
      close: async () => {},
      [Symbol.asyncIterator]: BODIES['large chunks'],
    }
  },
} as const

type BodyName = keyof typeof BODIES

function handlerOf(body: BodyName): RequestHandler {
  return {
    handle: async () => ({ status: 200, headers: { 'content-length': String(SIZE) }, body: BODIES[body]() }),
  }
}

const SERVERS = {
  'node:http': (body: BodyName) => createServer(nodeHandler(handlerOf(body), options)),
  Hono: (body: BodyName) => {
    const server = createAdaptorServer({ fetch: new Hono().use(honoHandler(handlerOf(body), options)).fetch })
    if (!(server instanceof Server)) throw new TypeError('It is not a server of node:http.')
    return server
  },
} as const

/** Moves the clock by the time after which a connection is looked at, and lets the server look. */
async function look(isGone: () => boolean): Promise<void> {
  const timers = vi.getTimerCount()
  vi.advanceTimersByTime(STALL_TIMEOUT_MS / 4)
  do {
    // oxlint-disable-next-line no-await-in-loop -- Turn by turn.
    await new Promise(setImmediate)
  } while (vi.getTimerCount() < timers && !isGone())
}

describe.each(Object.entries(SERVERS))('a download by %s', (_, serverOf) => {
  // Only Linux tells what the kernel still keeps. Elsewhere its buffers are small.
  test.skipIf(process.platform !== 'linux').each(['text', 'large chunks', 'a file'] as const)(
    'of %s, which its client takes slowly and steadily, is not cut off; if it stops, it is',
    async (body) => {
      const server = serverOf(body)
      const running = await listen(attach(server))
      let connection: Socket | undefined
      server.on('connection', (socket) => void (connection = socket))
      const isGone = (): boolean => connection?.destroyed === true
      const client = await RawClient.connect(running.origin)
      await client.send(GET)
      let read = 0
      for (let step = 0; step < 30; step += 1) {
        // In the time-out a megabyte, of which the kernel takes none before a third of its buffer is free.
        // oxlint-disable-next-line no-await-in-loop
        read += (await client.read(250_000)).length
        // oxlint-disable-next-line no-await-in-loop
        await look(isGone)
        expect([step, isGone()]).toEqual([step, false])
      }
      expect(read).toBe(7_500_000)
      // oxlint-disable-next-line no-await-in-loop
      while (!isGone()) await look(isGone)
      client.destroy()
      await running.close()
    },
  )
})

test('a download by HTTP/2 that its client takes slowly and steadily is not cut off; if it stops, it is', async () => {
  const server = attach(createHttp2Server(nodeHandler(handlerOf('large chunks'), options)))
  const running = await listen(Object.assign(server, { closeAllConnections: () => session.destroy() }))
  const session = connect(running.origin)
  const stream = session.request({ ':path': '/' })
  stream.on('error', () => {})
  const isGone = (): boolean => stream.closed
  await new Promise((resolve) => stream.once('readable', resolve))
  for (let step = 0; step < 60; step += 1) {
    let read = 0
    while (read < 50_000 && !isGone()) {
      const chunk: unknown = stream.read()
      if (Buffer.isBuffer(chunk)) read += chunk.length
      // oxlint-disable-next-line no-await-in-loop
      else await new Promise(setImmediate)
    }
    // oxlint-disable-next-line no-await-in-loop
    await look(isGone)
    expect([step, isGone()]).toEqual([step, false])
  }
  // The client reads no more.
  // oxlint-disable-next-line no-await-in-loop
  while (!isGone()) await look(isGone)
  await running.close()
})
