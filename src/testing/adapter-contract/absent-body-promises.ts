import { deepEqual } from 'node:assert/strict'
import { textAnswer } from './steps.ts'
import type { AdapterPromises } from './steps.ts'

/** Promises for an adapter that knows the framing of a request. */
export const ABSENT_BODY_PROMISES: AdapterPromises = {
  'tells a request without a body from one with an empty body': async ({ serve, connect }) => {
    const origin = await serve(async ({ body }) => textAnswer(body === undefined ? 'none' : String(body.length)))
    const client = await connect(origin)
    const without = await client.ask('POST / HTTP/1.1\r\nHost: x\r\n\r\n')
    const empty = await client.ask('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n')
    deepEqual([without.body.toString(), empty.body.toString()], ['none', '0'])
  },
}
