import { equal } from 'node:assert/strict'
import { head, isTooLarge, photos, TOO_LARGE } from './photos.ts'
import { readBody, textAnswer } from './steps.ts'
import type { AdapterPromises } from './steps.ts'

/** Promises for an adapter that decides whether to ask for the body. */
export const DELAYED_CONTINUE_PROMISES: AdapterPromises = {
  'does not ask for a body that is refused by its length, and says that it hangs up': async ({ serve, connect }) => {
    const client = await connect(await serve(photos()))
    const answer = await client.ask(head(`Content-Length: ${TOO_LARGE.length}`, 'Expect: 100-continue'))
    isTooLarge(answer)
    equal(answer.headers['connection'], 'close')
  },

  'refuses in full a client that does not wait to be asked': async ({ serve, connect }) => {
    const client = await connect(await serve(photos()))
    await client.send(head(`Content-Length: ${TOO_LARGE.length}`, 'Expect: 100-continue'))
    await client.send(TOO_LARGE)
    isTooLarge(await client.answer())
    equal((await client.rest()).length, 0)
  },

  'asks for the body only when it is read': async ({ serve, connect }) => {
    const reached = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const origin = await serve(async (incoming) => {
      reached.resolve()
      await goOn.promise
      if (incoming.target === '/refused') return textAnswer('no', 403)
      return textAnswer((await readBody(incoming)).toString())
    })
    const client = await connect(origin)
    await client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
    await reached.promise
    goOn.resolve()
    equal((await client.answer()).status, 100)
    await client.send('hello')
    equal((await client.answer()).body.toString(), 'hello')
    const refused = await client.ask(
      'POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
    )
    equal(refused.status, 403)
  },
}
