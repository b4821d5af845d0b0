import { deepEqual, equal, ok } from 'node:assert/strict'
import type { Outgoing } from '../../http/outgoing.ts'
import { pattern, readBody, textAnswer } from './steps.ts'
import type { AdapterPromises } from './steps.ts'

/** Promises about plain requests and answers. */
export const EXCHANGE_PROMISES: AdapterPromises = {
  'hands over method, target, headers and body as they were sent': async ({ serve, connect }) => {
    const origin = await serve(async (incoming) => {
      const { method, target, mount } = incoming
      const body = await readBody(incoming)
      const headers = ['x-one', 'x-two', 'x-none'].map((name) => incoming.header(name) ?? null)
      return textAnswer(JSON.stringify({ method, path: mount + target, headers, body: body.toString('hex') }))
    })
    const client = await connect(origin)
    const answer = await client.ask(
      'PUT /a%2Fb/%C3%A4%20c?q=%20%2B&q=2 HTTP/1.1\r\nHost: x\r\nX-One: 1\r\nX-TWO: a\r\nx-two: b\r\nContent-Length: 3\r\n\r\n\0\xe9a',
    )
    equal(answer.status, 200)
    deepEqual(JSON.parse(answer.body.toString()), {
      method: 'PUT',
      path: '/a%2Fb/%C3%A4%20c?q=%20%2B&q=2',
      headers: ['1', 'a, b', null],
      body: '00e961',
    })
  },

  'takes a body in chunks, and one of 20 MB': async ({ serve, connect }) => {
    const bytes = pattern(20_000_000)
    const origin = await serve(async (incoming) => {
      const body = await readBody(incoming)
      return textAnswer(`${body.length} ${body.equals(bytes.subarray(0, body.length))}`)
    })
    const client = await connect(origin)
    const chunked = await client.ask(
      `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n\0\u0007\r\n1\r\n\u000e\r\n0\r\n\r\n`,
    )
    equal(chunked.body.toString(), '3 true')
    await client.send(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes.length}\r\n\r\n`)
    await client.send(bytes)
    equal((await client.answer()).body.toString(), '20000000 true')
  },

  'gives text, bytes, streams and nothing as they are, on one connection': async ({ serve, connect }) => {
    const answers: Record<string, Outgoing> = {
      '/text': textAnswer('grüße', 201),
      '/bytes': { status: 200, headers: { 'content-length': '3', 'x-one': '1' }, body: Uint8Array.of(0, 255, 1) },
      '/stream': { status: 206, headers: { 'content-length': '4' }, body: stream([pattern(2), pattern(2)]) },
      '/nothing': { status: 204, headers: { allow: 'GET' } },
      '/unmodified': { status: 304, headers: { etag: '"1"' } },
      '/redirect': {
        status: 303,
        headers: { location: '/text', 'content-length': '0', 'set-cookie': 'a=b; HttpOnly' },
      },
    }
    const origin = await serve(async ({ target }) => answers[target])
    const client = await connect(origin)
    const get = (path: string) => client.ask(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
    const text = await get('/text')
    deepEqual([text.status, text.body.toString(), text.headers['content-type']], [201, 'grüße', 'text/plain'])
    const bytes = await get('/bytes')
    deepEqual([bytes.headers['x-one'], [...bytes.body]], ['1', [0, 255, 1]])
    const streamed = await get('/stream')
    deepEqual([streamed.status, [...streamed.body]], [206, [0, 7, 0, 7]])
    equal((await get('/nothing')).headers['allow'], 'GET')
    equal((await get('/unmodified')).headers['etag'], '"1"')
    const redirect = await get('/redirect')
    deepEqual([redirect.status, redirect.headers['set-cookie']], [303, 'a=b; HttpOnly'])
    equal((await get('/text')).status, 201)
  },

  'answers HEAD with the headers of GET and no body': async ({ serve, connect }) => {
    const origin = await serve(async ({ method }) => {
      const { body, ...head } = textAnswer('hello')
      return method === 'HEAD' ? head : { ...head, ...(body !== undefined && { body }) }
    })
    const client = await connect(origin)
    const head = await client.ask('HEAD / HTTP/1.1\r\nHost: x\r\n\r\n')
    equal(head.headers['content-length'], '5')
    // The connection goes on if it should: no bytes of a body were left on it.
    equal((await client.ask('GET / HTTP/1.1\r\nHost: x\r\n\r\n')).body.toString(), 'hello')
  },

  'leaves alone what the handler leaves alone: 404': async ({ serve, connect }) => {
    const client = await connect(await serve(async () => undefined))
    equal((await client.ask('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello')).status, 404)
    equal((await client.ask('GET / HTTP/1.1\r\nHost: x\r\n\r\n')).status, 404)
  },

  'answers 500 if the handler throws, and goes on': async ({ serve, connect }) => {
    let thrown = false
    const origin = await serve(async () => {
      if (thrown) return textAnswer('hello')
      thrown = true
      throw new Error('a mistake')
    })
    const client = await connect(origin)
    equal((await client.ask('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello')).status, 500)
    const next = await connect(origin)
    equal((await next.ask('GET / HTTP/1.1\r\nHost: x\r\n\r\n')).body.toString(), 'hello')
  },

  'gives requests that were sent in a row their answers in that order': async ({ serve, connect }) => {
    const origin = await serve(async (incoming) =>
      textAnswer(incoming.body === undefined ? incoming.target : (await readBody(incoming)).toString()),
    )
    const client = await connect(origin)
    await client.send(
      'GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n/2GET /3 HTTP/1.1\r\nHost: x\r\n\r\n',
    )
    const bodies: string[] = []
    for (let count = 0; count < 3; count += 1) bodies.push((await client.answer()).body.toString())
    deepEqual(bodies, ['/1', '/2', '/3'])
  },

  'tells the handler when a client goes away while it sends': async ({ serve, connect }) => {
    for (const leave of ['destroy', 'reset', 'end'] as const) {
      const begun = Promise.withResolvers<void>()
      const read = Promise.withResolvers<unknown>()
      const origin = await serve(async ({ body }) => {
        const reading = body?.read(() => {
          begun.resolve()
          return undefined
        })
        await reading?.then(read.resolve, read.reject)
        return textAnswer('hello')
      })
      const client = await connect(origin)
      await client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello')
      await begun.promise
      client[leave]()
      const told = await read.promise.then(
        () => 'nothing',
        () => 'failure',
      )
      equal(told, 'failure', leave)
    }
  },

  'aborts the signal when a client goes away while it waits': async ({ serve, connect }) => {
    const begun = Promise.withResolvers<void>()
    const aborted = Promise.withResolvers<void>()
    const origin = await serve(async ({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve())
      begun.resolve()
      await aborted.promise
      return textAnswer('too late')
    })
    const client = await connect(origin)
    await client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await begun.promise
    client.destroy()
    await aborted.promise
    ok(true)
  },
}

async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const chunk of chunks) yield chunk
}
