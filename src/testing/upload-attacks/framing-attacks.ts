import { ok } from 'node:assert/strict'
import { finalAnswer, isRefused, isTaken, sendUntilAnswered, sent } from './attack-stage.ts'
import type { Attacks } from './attack-stage.ts'

/** The most bytes of an endless part before an answer. */
const ENDLESS = { data: 'x'.repeat(10_000), times: 10_000 } as const

/** Requests whose lengths do not add up, and requests in a row. */
export const FRAMING_ATTACKS: Attacks = {
  'takes a form that comes a byte at a time': async (stage) => {
    const client = await stage.connect()
    for (const byte of stage.form()) await client.send(byte)
    isTaken(await finalAnswer(client))
    await stage.uploadsWell()
  },

  'answers requests in a row in their order, each in full': async (stage) => {
    const client = await stage.connect()
    const bad = stage.form('nothing of a form')
    await client.send(stage.form() + bad + stage.form())
    isTaken(await finalAnswer(client))
    isRefused(await finalAnswer(client))
    isTaken(await finalAnswer(client))
  },

  'refuses a form that is shorter than its length says': async (stage) => {
    await stage.leavesNothing(async () => {
      const client = await stage.connect()
      const body = stage.goodForm()
      await client.send(stage.formHead(`Content-Length: ${body.length + 10}`) + body)
      client.end()
      const answer = await finalAnswer(client).catch(() => undefined)
      if (answer !== undefined) isRefused(answer)
    })
  },

  'takes nothing of what is beyond the length for the form': async (stage) => {
    await stage.leavesNothing(async () => {
      const client = await stage.connect()
      const body = stage.goodForm()
      const length = body.length - stage.end.length
      await client.send(stage.formHead(`Content-Length: ${length}`) + body)
      isRefused(await finalAnswer(client))
      // The following bytes look like a next request, but are not one.
      const next = await finalAnswer(client).catch(() => undefined)
      if (next !== undefined) isRefused(next)
    })
  },

  'refuses a length beside chunks, and takes no more from that client': async (stage) => {
    await stage.leavesNothing(async () => {
      const client = await stage.connect()
      const hidden = stage.form()
      const chunks = `0\r\n\r\n${hidden}`
      await client.send(stage.formHead(`Content-Length: ${chunks.length}`, 'Transfer-Encoding: chunked') + chunks)
      isRefused(await finalAnswer(client))
      const next = await finalAnswer(client).catch(() => undefined)
      ok(next === undefined || next.status >= 400, 'It took what was hidden in the body.')
    })
  },

  'refuses two lengths': (stage) => stage.refuses(stage.form(stage.goodForm(), 'Content-Length: 1')),

  'refuses chunks without a length': (stage) =>
    stage.refuses(`${stage.formHead('Transfer-Encoding: chunked')}zz\r\n${stage.goodForm()}`),

  'refuses a chunk extension without end': (stage) =>
    stage.leavesNothing(async () => {
      const client = await stage.connect()
      const begin = `${stage.formHead('Transfer-Encoding: chunked')}1;`
      isRefused(await sendUntilAnswered(client, { begin, ...ENDLESS }))
    }),

  'refuses headers without end': (stage) =>
    stage.leavesNothing(async () => {
      const client = await stage.connect()
      const begin = `${stage.head().slice(0, -2)}X-A: `
      isRefused(await sendUntilAnswered(client, { begin, ...ENDLESS }))
    }),

  'outlives a client that waits to be asked for its body, and never sends it': async (stage) => {
    await stage.leavesNothing(async () => {
      const client = await stage.connect()
      const answer = await client.ask(stage.formHead('Content-Length: 100', 'Expect: 100-continue'))
      ok(answer.status === 100 || (answer.status >= 400 && answer.status < 500), `It was answered ${answer.status}`)
      client.destroy()
    })
  },

  'outlives a client that never reads an answer': async (stage) => {
    const client = await stage.connect()
    const requests = stage.form('nothing of a form').repeat(1000)
    // Not awaited: a server may stop listening to a client that takes nothing.
    void sent(client, requests)
    await stage.uploadsWell()
    await stage.uploadsWell()
    client.reset()
    await stage.uploadsWell()
  },
}
