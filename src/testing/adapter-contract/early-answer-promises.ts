import { equal } from 'node:assert/strict'
import { head, isTooLarge, photos, TOO_LARGE } from './photos.ts'
import type { AdapterPromises } from './steps.ts'

/** Promises for a server that can answer a client while it is still sending. */
export const EARLY_ANSWER_PROMISES: AdapterPromises = {
  'answers a client that is in the middle of sending, and goes on when it has sent the rest': async ({
    serve,
    connect,
  }) => {
    const client = await connect(await serve(photos()))
    const half = TOO_LARGE.subarray(0, TOO_LARGE.length / 2)
    await client.send(head(`Content-Length: ${TOO_LARGE.length}`))
    await client.send(half)
    isTooLarge(await client.answer())
    await client.send(half)
    equal((await client.ask('GET /none.txt HTTP/1.1\r\nHost: x\r\n\r\n')).status, 404)
  },

  'answers before the first byte of a body whose length is too much': async ({ serve, connect }) => {
    const client = await connect(await serve(photos()))
    isTooLarge(await client.ask(head(`Content-Length: ${TOO_LARGE.length}`)))
  },
}
