import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { RequestHandler } from '../../http/outgoing.ts'
import { RawClient } from '../../testing/adapter-contract/raw-client.ts'
import type { RawAnswer } from '../../testing/adapter-contract/raw-client.ts'
import { attach } from './attach.ts'
import { listen } from './fixtures/listen.ts'
import { nodeHandler } from './node-handler.ts'

/** Answers with what was sent; what is sent to `/refused` it refuses before it has read it. */
const echo: RequestHandler = {
  async handle({ body, target }) {
    let size = 0
    if (target !== '/refused') {
      await body?.read((chunk) => {
        size += chunk.length
        return undefined
      })
    }
    const answer = `${target} ${size}`
    return { status: 200, headers: { 'content-length': String(answer.length) }, body: answer }
  },
}

async function withServer(use: (origin: string, server: Server) => Promise<void>): Promise<void> {
  const server = attach(createServer({ connectionsCheckingInterval: 20 }, nodeHandler(echo)))
  const running = await listen(server)
  try {
    await use(running.origin, server)
  } finally {
    await running.close()
  }
}

function expectProblem({ status, headers, body }: RawAnswer, expected: number, code: string): void {
  expect([status, headers['content-type'], headers['connection']]).toEqual([
    expected,
    'application/problem+json',
    'close',
  ])
  expect(JSON.parse(body.toString())).toMatchObject({ status: expected, code })
}

const LONG = 'x'.repeat(20_000)
const CHUNKED = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'

describe('a request that Node cannot read is refused like any other', () => {
  test.each([
    ['headers of 20 kB', `GET / HTTP/1.1\r\nHost: x\r\nA: ${LONG}`, 431, 'header-too-large'],
    ['an address of 20 kB', `GET /${LONG}`, 431, 'header-too-large'],
    ['trailers of 20 kB', `${CHUNKED}0\r\nA: ${LONG}`, 431, 'header-too-large'],
    ['a chunk extension of 20 kB', `${CHUNKED}1;${LONG}`, 400, 'malformed-request'],
    ['a chunk without a length', `${CHUNKED}5\r\nhello\r\nzz\r\n`, 400, 'malformed-request'],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'malformed-request'],
    [
      'two lengths that contradict each other',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
      400,
      'malformed-request',
    ],
    [
      'a length beside chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'malformed-request',
    ],
  ])('%s', async (_, request, status, code) => {
    await withServer(async (origin) => {
      const client = await RawClient.connect(origin)
      await client.send(request)
      expectProblem(await client.answer(), status, code)
      expect((await client.rest()).length).toBe(0)
      expect((await fetch(origin)).status).toBe(200)
    })
  })

  test('to a client that reads only after it has sent far more', async () => {
    await withServer(async (origin) => {
      for (const beginning of [`GET / HTTP/1.1\r\nHost: x\r\nA: ${LONG}`, `${CHUNKED}zz\r\n`]) {
        const client = await RawClient.connect(origin)
        await client.send(beginning)
        await client.send(Buffer.alloc(20_000_000, 'x'))
        expect((await client.answer()).headers['content-type']).toBe('application/problem+json')
        client.destroy()
      }
    })
  })

  test.each([
    ['a body', `${CHUNKED}5\r\nhello\r\n`],
    ['a body of known length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhello'],
    ['its head', 'POST / HTTP/1.1\r\nHost'],
  ])('a client that says in %s that it will send no more', async (_, request) => {
    await withServer(async (origin) => {
      const client = await RawClient.connect(origin)
      await client.send(request)
      client.end()
      expectProblem(await client.answer(), 400, 'truncated-body')
    })
  })

  test('a head that never ends', async () => {
    await withServer(async (origin, server) => {
      server.headersTimeout = 50
      const client = await RawClient.connect(origin)
      await client.send('GET / HTTP/1.1\r\nHost: x\r\nA: ')
      expectProblem(await client.answer(), 408, 'request-timeout')
      expect((await client.rest()).length).toBe(0)
    })
  })
})

test('the requests before it have their answers first', async () => {
  await withServer(async (origin) => {
    const client = await RawClient.connect(origin)
    const put = 'PUT /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello'
    await client.send(`${put}GET /2 HTTP/1.1\r\nHost: x\r\n\r\nnothing of HTTP\r\n\r\n`)
    expect((await client.answer()).body.toString()).toBe('/1 5')
    expect((await client.answer()).body.toString()).toBe('/2 0')
    expectProblem(await client.answer(), 400, 'malformed-request')
    expect((await client.rest()).length).toBe(0)
  })
})

test('an answer that is out already is the only one', async () => {
  await withServer(async (origin) => {
    const client = await RawClient.connect(origin)
    await client.send(CHUNKED.replace('/', '/refused'))
    expect((await client.answer()).status).toBe(200)
    await client.send('zz\r\n')
    expect((await client.rest()).length).toBe(0)
  })
})

test('a client that takes no notice is hung up on', async () => {
  await withServer(async (origin) => {
    const client = await RawClient.connect(origin)
    await client.send('nothing of HTTP\r\n\r\n')
    const flood = async (): Promise<void> => {
      for (;;) await client.send('x'.repeat(65_536))
    }
    await expect(flood()).rejects.toThrow(/E(PIPE|CONNRESET)/)
  })
})

test('a listener of clientError answers it instead', async () => {
  await withServer(async (origin, server) => {
    server.on('clientError', (_, socket) => socket.end('HTTP/1.1 418 Mine\r\n\r\n'))
    const { hostname, port } = new URL(origin)
    const socket = connect(Number(port), hostname)
    socket.end('nothing of HTTP\r\n\r\n')
    expect(await text(socket)).toBe('HTTP/1.1 418 Mine\r\n\r\n')
  })
})
