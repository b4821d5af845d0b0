import { deepEqual, equal, ok } from 'node:assert/strict'
import type { CreatedAnswer } from '../../handler/file-answer.ts'
import { head, isTooLarge, photos, TOO_LARGE } from './photos.ts'
import { textAnswer } from './steps.ts'
import type { AdapterPromises, Stage } from './steps.ts'

/** Promises about uploads, above all refused ones. */
export const REFUSAL_PROMISES: AdapterPromises = {
  'keeps a form and a file, and gives them back': async ({ serve }) => {
    const origin = await serve(photos())
    const form = new FormData()
    form.append('title', 'Grüße')
    form.append('photo', new File(['bytes'], 'größe.txt', { type: 'text/plain' }))
    const created = await fetch(origin, { method: 'POST', body: form })
    equal(created.status, 201)
    const answer: unknown = await created.json()
    ok(isCreated(answer))
    const { files, fields } = answer
    deepEqual(fields, [['title', 'Grüße']])
    const [file] = files
    equal(await (await fetch(new URL(file?.url ?? '', origin))).text(), 'bytes')
    const again = await fetch(`${origin}/a.txt`, { method: 'PUT', body: 'as it is' })
    deepEqual([again.status, again.headers.get('location')], [201, '/a.txt'])
    equal(await (await fetch(`${origin}/a.txt`)).text(), 'as it is')
  },

  ...Object.fromEntries(
    Object.entries({
      'a declared length': [`Content-Length: ${TOO_LARGE.length}`],
      'a declared length and Connection: close': [`Content-Length: ${TOO_LARGE.length}`, 'Connection: close'],
      chunks: ['Transfer-Encoding: chunked'],
      'chunks and Connection: close': ['Transfer-Encoding: chunked', 'Connection: close'],
    }).flatMap(([title, headers]) => [
      [`refuses ${title} to a client that reads only after it has sent all`, refusedAfterwards(headers)],
      [`refuses ${title} to a client that reads while it sends`, refusedMeanwhile(headers)],
    ]),
  ),

  'refuses a client of HTTP/1.0 in full': async ({ serve, connect }) => {
    const client = await connect(await serve(photos()))
    await client.send(`PUT /big.txt HTTP/1.0\r\nHost: x\r\nContent-Length: ${TOO_LARGE.length}\r\n\r\n`)
    await client.send(TOO_LARGE)
    isTooLarge(await client.answer())
    equal((await client.rest()).length, 0)
  },

  'goes on with the connection after a refusal': async ({ serve, connect }) => {
    const handler = photos()
    const origin = await serve(async (incoming) =>
      incoming.method === 'GET' ? textAnswer('hello') : handler.handle(incoming),
    )
    const client = await connect(origin)
    await client.send(head(`Content-Length: ${TOO_LARGE.length}`))
    await client.send(TOO_LARGE)
    isTooLarge(await client.answer())
    equal((await client.ask('GET / HTTP/1.1\r\nHost: x\r\n\r\n')).body.toString(), 'hello')
    // Several in a row, each refused before a byte of it is read.
    await client.send(`${head('Content-Length: 2000000')}${'x'.repeat(2_000_000)}GET / HTTP/1.1\r\nHost: x\r\n\r\n`)
    isTooLarge(await client.answer())
    equal((await client.answer()).body.toString(), 'hello')
  },

  'throws away an unexpected body of a request': async ({ serve, connect }) => {
    const client = await connect(await serve(async () => textAnswer('hello')))
    for (const method of ['GET', 'POST']) {
      await client.send(`${method} / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n${'x'.repeat(300_000)}`)
      equal((await client.answer()).body.toString(), 'hello')
    }
  },

  'asks a client that waits for its body': async ({ serve, connect }) => {
    const client = await connect(await serve(photos()))
    await client.send(head('Content-Length: 5', 'Expect: 100-continue'))
    equal((await client.answer()).status, 100)
    await client.send('hello')
    equal((await client.answer()).status, 201)
  },

  'gives up an upload that stalls': async ({ serve, connect }) => {
    const client = await connect(await serve(photos({ idleTimeoutMs: 100 })))
    await client.send(`${head('Content-Length: 10')}hello`)
    equal((await client.answer()).status, 408)
  },
}

function isCreated(value: unknown): value is CreatedAnswer {
  return typeof value === 'object' && value !== null && 'files' in value && 'fields' in value
}

function refusedAfterwards(headers: readonly string[]) {
  return async ({ serve, connect }: Stage): Promise<void> => {
    const client = await connect(await serve(photos()))
    await client.send(head(...headers))
    await client.send(framed(headers))
    isTooLarge(await client.answer())
  }
}

function refusedMeanwhile(headers: readonly string[]) {
  return async ({ serve, connect }: Stage): Promise<void> => {
    const client = await connect(await serve(photos()))
    await client.send(head(...headers))
    const [answer] = await Promise.all([client.answer(), client.send(framed(headers))])
    isTooLarge(answer)
  }
}

function framed([first = '']: readonly string[]): Uint8Array {
  if (!first.startsWith('Transfer-Encoding')) return TOO_LARGE
  return Buffer.concat([Buffer.from(`${TOO_LARGE.length.toString(16)}\r\n`), TOO_LARGE, Buffer.from('\r\n0\r\n\r\n')])
}
