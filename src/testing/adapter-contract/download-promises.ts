import { equal, ok, rejects } from 'node:assert/strict'
import type { Outgoing } from '../../http/outgoing.ts'
import { pattern, textAnswer } from './steps.ts'
import type { AdapterPromises } from './steps.ts'

const CHUNK = pattern(65_536)

/** The most bytes in the buffers of both ends and of the system between them. */
const IN_FLIGHT = 24 * 1024 ** 2

/** Promises about bodies that are sent piece by piece. */
export const DOWNLOAD_PROMISES: AdapterPromises = {
  'asks for no more of a body than the client takes': async ({ serve, connect }) => {
    const total = 64 * 1024 ** 2
    let given = 0
    let taken = 0
    let most = 0
    async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
      for (; given < total; given += CHUNK.length) {
        most = Math.max(most, given - taken)
        yield CHUNK
      }
    }
    const origin = await serve(async () => ({
      status: 200,
      headers: { 'content-length': String(total) },
      body: body(),
    }))
    const client = await connect(origin)
    await client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    while (taken < total) taken += (await client.read(CHUNK.length)).length
    ok(most < IN_FLIGHT, `${most} bytes were under way`)
  },

  'closes a body whose client goes away': async ({ serve, connect }) => {
    for (const leave of ['destroy', 'reset'] as const) {
      const closed = Promise.withResolvers<void>()
      const origin = await serve(async () => endless(() => closed.resolve()))
      const client = await connect(origin)
      await client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
      await client.read(1_000_000)
      client[leave]()
      await closed.promise
    }
  },

  'never lets a body that fails look like a whole one': async ({ serve, connect }) => {
    async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
      yield CHUNK
      throw new Error('the medium failed')
    }
    for (const headers of [{ 'content-length': String(2 * CHUNK.length) }, {}]) {
      const origin = await serve(async ({ target }) =>
        target === '/whole' ? textAnswer('hello') : { status: 200, headers, body: body() },
      )
      await rejects((await connect(origin)).ask('GET / HTTP/1.1\r\nHost: x\r\n\r\n'))
      equal((await (await connect(origin)).ask('GET /whole HTTP/1.1\r\nHost: x\r\n\r\n')).status, 200)
    }
  },
}

function endless(onClose: () => void): Outgoing {
  async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) yield CHUNK
    } finally {
      onClose()
    }
  }
  return { status: 200, headers: { 'content-length': String(1e12) }, body: body() }
}
