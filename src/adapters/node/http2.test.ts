import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { constants, createSecureServer, createServer } from 'node:http2'
import type { ClientHttp2Stream, Http2SecureServer, Http2Server } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { uploadHandler } from '../../handler/upload-handler.ts'
import type { UploadHandlerOptions } from '../../handler/upload-handler-options.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { toIncoming } from '../../http/to-incoming.ts'
import { uploadSet } from '../../policy/upload-set.ts'
import type { UploadSet } from '../../policy/upload-set.ts'
import { receive } from '../../receive/receive.ts'
import { diskStorage } from '../../storage/disk/disk-storage.ts'
import { attach } from './attach.ts'
import { CERTIFICATE } from './fixtures/certificate.ts'
import { answerOf, Http2Client } from './fixtures/http2-client.ts'
import { nodeHandler } from './node-handler.ts'
import type { NodeListener } from './node-handler.ts'
import { sendProblem } from './send-problem.ts'

const CANCEL = constants.NGHTTP2_CANCEL
const MAX_FILE_SIZE = 1_000_000
const TOO_LARGE = Buffer.alloc(20_000_000, 'x')

let folder = ''
let photos: UploadSet
let tidy: (() => Promise<void> | void)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'http2-'))
  photos = uploadSet('photos', { storage: diskStorage(folder), maxFileSize: MAX_FILE_SIZE, content: 'trust' })
})

afterEach(async () => {
  for (const undo of tidy.toReversed()) await undo()
  tidy = []
  await rm(folder, { recursive: true })
})

async function listen(server: Http2Server | Http2SecureServer, scheme: string): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  tidy.push(async () => {
    server.close()
    await once(server, 'close')
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return `${scheme}://127.0.0.1:${address.port}`
}

/** A server of HTTP/2 without TLS, and a client of its. */
async function start(listener: NodeListener): Promise<Http2Client> {
  const client = new Http2Client(await listen(attach(createServer(listener)), 'http'))
  tidy.push(() => client.destroy())
  return client
}

const uploads = (options: UploadHandlerOptions = {}): NodeListener => nodeHandler(uploadHandler(photos, options))

/** The files of uploads in the folder, drafts too. */
async function files(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && /^[\da-f]{32}(?![\da-f])|\.txt$/.test(entry.name))
    .map(({ name }) => name)
}

function expectTooLarge({ status, headers, body }: Awaited<ReturnType<typeof answerOf>>): void {
  expect([status, headers['content-type']]).toEqual([413, 'application/problem+json'])
  expect(JSON.parse(body.toString())).toMatchObject({ code: 'file-too-large', limit: MAX_FILE_SIZE })
}

describe('over HTTP/2', () => {
  test('a form and a file are kept, and given back, in ranges too', async () => {
    const client = await start(uploads())
    const data = new FormData()
    data.append('title', 'Grüße')
    data.append('photo', new File(['0123456789'], 'a.txt'))
    const form = new Response(data)
    const created = await client.ask(
      { ':method': 'POST', ':path': '/', 'content-type': form.headers.get('content-type') ?? '' },
      new Uint8Array(await form.arrayBuffer()),
    )
    expect(created.status).toBe(201)
    expect(JSON.parse(created.body.toString())).toMatchObject({
      fields: [['title', 'Grüße']],
      files: [{ url: '/a.txt' }],
    })
    expect((await client.ask({ ':method': 'PUT', ':path': '/b.txt', 'content-length': 2 }, 'hi')).status).toBe(201)
    expect((await client.ask({ ':path': '/b.txt' })).body.toString()).toBe('hi')
    const part = await client.ask({ ':path': '/a.txt', range: 'bytes=2-4' })
    expect([part.status, part.headers['content-range'], part.body.toString()]).toEqual([206, 'bytes 2-4/10', '234'])
    const head = await client.ask({ ':method': 'HEAD', ':path': '/a.txt' })
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '10', 0])
  })

  test('a refusal is sent in full, while the client sends and after it', async () => {
    const client = await start(uploads())
    for (const length of [{ 'content-length': TOO_LARGE.length }, {}]) {
      const whole = client.begin({ ':method': 'PUT', ':path': '/big.txt', ...length })
      whole.end(TOO_LARGE)
      expectTooLarge(await answerOf(whole))
      const half = client.begin({ ':method': 'PUT', ':path': '/big.txt', ...length })
      half.write(TOO_LARGE.subarray(0, 10_000_000))
      expectTooLarge(await answerOf(half))
      const closed = once(half, 'close')
      half.end(TOO_LARGE.subarray(10_000_000))
      await closed
      expect(half.rstCode).toBe(0)
    }
    // The session goes on.
    expect((await client.ask({ ':method': 'PUT', ':path': '/a.txt' }, 'a')).status).toBe(201)
    expect(await files()).toEqual(['a.txt'])
  })

  test('a client that never stops sending has its stream ended, and its session left', async () => {
    const drainLimits = { maxBytes: 1_000_000, maxMs: 60_000, idleMs: 60_000 }
    const handler = uploadHandler(photos, { authorize: () => false })
    const client = await start(nodeHandler(handler, { drainLimits }))
    const stream = client.begin({ ':method': 'PUT', ':path': '/a.txt' })
    const closed = once(stream, 'close')
    const flood = (): void => {
      while (!stream.destroyed && stream.write(TOO_LARGE.subarray(0, 65_536)));
    }
    stream.on('drain', flood)
    flood()
    expect((await answerOf(stream)).status).toBe(403)
    await closed
    // NO_ERROR: the answer stands (RFC 9113 section 8.1).
    expect(stream.rstCode).toBe(0)
    expect((await client.ask({ ':path': '/none.txt' })).status).toBe(403)
  })

  test('a stream that the client resets leaves nothing, and the others alone', async () => {
    const client = await start(uploads())
    const other = client.begin({ ':method': 'PUT', ':path': '/other.txt' })
    other.write('half')
    for (const headers of [{ 'content-length': 500_000 }, {}]) {
      const stream = client.begin({ ':method': 'PUT', ':path': '/a.txt', ...headers })
      stream.write('x'.repeat(200_000))
      await expect.poll(async () => (await files()).length).toBe(2)
      stream.destroy()
      await expect.poll(async () => (await files()).length).toBe(1)
    }
    other.end(' and half')
    expect((await answerOf(other)).status).toBe(201)
    expect((await client.ask({ ':path': '/other.txt' })).body.toString()).toBe('half and half')
    expect(await files()).toEqual(['other.txt'])
  })

  test('a session that breaks leaves nothing of any of its streams', async () => {
    const client = await start(uploads())
    for (const name of ['a', 'b', 'c']) {
      client.begin({ ':method': 'PUT', ':path': `/${name}.txt` }).write('x'.repeat(10_000))
    }
    await expect.poll(async () => (await files()).length).toBe(3)
    client.destroy()
    await expect.poll(files).toEqual([])
  })

  test('receive refuses a body whose stream was reset, if there is no other sign that it is not whole', async () => {
    const told = Promise.withResolvers<unknown>()
    const client = await start((request, response) => {
      receive(request).then(
        () => told.resolve('whole'),
        (error: unknown) => {
          told.resolve(error)
          void sendProblem(request, response, error)
        },
      )
    })
    const stream = client.begin({
      ':method': 'POST',
      ':path': '/',
      'content-type': 'application/x-www-form-urlencoded',
    })
    stream.write('a=1', () => stream.destroy())
    const error = await told.promise
    expect(isUploadError(error) && error.code).toBe('truncated-body')
  })

  test('a waiting reader is told that the stream was reset', async () => {
    const told = Promise.withResolvers<unknown>()
    const begun = Promise.withResolvers<void>()
    const client = await start((request) => {
      const { signal } = toIncoming(request)
      signal.addEventListener('abort', () => told.resolve(signal.reason))
      begun.resolve()
    })
    const stream = client.begin({ ':method': 'PUT', ':path': '/' })
    await begun.promise
    stream.destroy()
    expect(await told.promise).toMatchObject({ code: 'truncated-body' })
  })

  test('many uploads go on at once in one session, each with its own bytes', async () => {
    const client = await start(uploads())
    const names = Array.from({ length: 20 }, (_, index) => `${index}.txt`)
    const streams = names.map((name) => client.begin({ ':method': 'PUT', ':path': `/${name}` }))
    for (let count = 0; count < 10; count += 1) {
      for (const [index, stream] of streams.entries()) stream.write(`${index} `.repeat(1000))
    }
    const answers = await Promise.all(streams.map((stream) => answerOf(stream.end())))
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 201))
    for (const [index, name] of names.entries()) {
      expect((await client.ask({ ':path': `/${name}` })).body.toString()).toBe(`${index} `.repeat(10_000))
    }
  })

  test('a body is read no faster than it is taken, and so is an answer', async () => {
    const chunk = Buffer.alloc(65_536, 'x')
    let given = 0
    const goOn = Promise.withResolvers<void>()
    const handler: RequestHandler = {
      async handle({ method, body }) {
        if (method === 'PUT') {
          let size = 0
          await body?.read((bytes) => {
            size += bytes.length
            return goOn.promise
          })
          return { status: 200, headers: {}, body: String(size) }
        }
        async function* answer(): AsyncGenerator<Uint8Array, void, undefined> {
          for (; given < TOO_LARGE.length; given += chunk.length) yield chunk
        }
        return { status: 200, headers: {}, body: answer() }
      },
    }
    const client = await start(nodeHandler(handler))
    const upload = client.begin({ ':method': 'PUT', ':path': '/' })
    const isSent = new Promise((resolve) => upload.end(TOO_LARGE, () => resolve('sent')))
    const download = client.begin({ ':path': '/' }, { endStream: true })
    await once(download, 'response')
    // A third stream gets through while the first two wait.
    expect((await client.ask({ ':method': 'HEAD', ':path': '/' })).status).toBe(200)
    expect(await Promise.race([isSent, client.ask({ ':method': 'HEAD', ':path': '/' }).then(() => 'waits')])).toBe(
      'waits',
    )
    expect(given).toBeLessThan(8_000_000)
    goOn.resolve()
    expect((await answerOf(upload)).body.toString()).toBe(String(TOO_LARGE.length))
    expect((await text(download)).length).toBeGreaterThanOrEqual(TOO_LARGE.length)
  })

  test('an answer whose client goes away is closed, and the handler told; one that is taken is not', async () => {
    const signals: AbortSignal[] = []
    let closed = Promise.withResolvers<void>()
    const ended: Promise<void>[] = []
    const handler: RequestHandler = {
      async handle({ signal, target }) {
        signals.push(signal)
        async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
          try {
            for (let count = target === '/endless' ? Infinity : 1; count > 0; count -= 1) {
              yield TOO_LARGE.subarray(0, 65_536)
            }
          } finally {
            closed.resolve()
          }
        }
        return { status: 200, headers: {}, body: body() }
      },
    }
    const listener = nodeHandler(handler)
    const client = await start((request, response) => {
      ended.push(new Promise((resolve) => response.on('close', resolve)))
      listener(request, response)
    })
    expect((await client.ask({ ':path': '/' })).body).toHaveLength(65_536)
    await Promise.all(ended)
    const leave: ((stream: ClientHttp2Stream) => void)[] = [
      (stream) => stream.destroy(),
      (stream) => stream.close(CANCEL),
    ]
    for (const go of leave) {
      closed = Promise.withResolvers()
      const stream = client.begin({ ':path': '/endless' }, { endStream: true })
      await once(stream, 'data')
      go(stream)
      await closed.promise
      await Promise.all(ended)
    }
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, true])
  })

  test('an answer that its client does not take is given up', async () => {
    await photos.save(new File([TOO_LARGE.subarray(0, MAX_FILE_SIZE)], 'a.txt'))
    const client = await start(nodeHandler(uploadHandler(photos), { stallTimeoutMs: 100 }))
    const stream = client.begin({ ':path': '/a.txt' }, { endStream: true })
    await once(stream, 'response')
    await expect.poll(() => stream.closed).toBe(true)
    expect(stream.rstCode).not.toBe(0)
  })

  test('a small answer that its client does not take is given up, too', async () => {
    // One byte more than a client takes of a stream before it is read.
    const small: RequestHandler = { handle: async () => ({ status: 200, headers: {}, body: new Uint8Array(65_536) }) }
    const client = await start(nodeHandler(small, { stallTimeoutMs: 100 }))
    const stream = client.begin({ ':path': '/' }, { endStream: true })
    await once(stream, 'response')
    await expect.poll(() => stream.closed).toBe(true)
    expect(stream.rstCode).not.toBe(0)
  })

  test('an answer that breaks off never looks like a whole one', async () => {
    async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
      yield Buffer.from('half')
      throw new Error('the medium failed')
    }
    const client = await start(nodeHandler({ handle: async () => ({ status: 200, headers: {}, body: body() }) }))
    await expect(client.ask({ ':path': '/' })).rejects.toThrow('NGHTTP2_INTERNAL_ERROR')
  })

  test('a request without a body has none', async () => {
    const handler: RequestHandler = {
      handle: async ({ body }) => ({ status: 200, headers: {}, body: body === undefined ? 'none' : 'some' }),
    }
    const client = await start(nodeHandler(handler))
    expect((await client.ask({ ':method': 'POST', ':path': '/' })).body.toString()).toBe('none')
    expect((await client.ask({ ':method': 'POST', ':path': '/' }, '')).body.toString()).toBe('some')
  })

  test('headers that it forbids are left out', async () => {
    const warnings: string[] = []
    const listener = (warning: Error): number => warnings.push(warning.message)
    process.on('warning', listener)
    tidy.push(() => void process.off('warning', listener))
    const headers = { connection: 'close', 'keep-alive': 'timeout=5', 'transfer-encoding': 'chunked', 'x-one': '1' }
    const client = await start(nodeHandler({ handle: async () => ({ status: 408, headers, body: 'a' }) }))
    const answer = await client.ask({ ':path': '/' })
    expect([answer.status, answer.headers['x-one'], answer.body.toString()]).toEqual([408, '1', 'a'])
    expect(Object.keys(headers).filter((name) => name in answer.headers)).toEqual(['x-one'])
    expect(warnings).toEqual([])
  })

  test('the host is what :authority says, for the site and for its name', async () => {
    const client = await start(uploads({ hosts: ['files.example'] }))
    const put = (authority: string, origin: string) =>
      client.ask({ ':method': 'PUT', ':path': '/a.txt', ':authority': authority, origin }, 'a')
    const codeOf = async (authority: string, origin: string): Promise<unknown> =>
      JSON.parse((await put(authority, origin)).body.toString()).code
    expect(await codeOf('evil.example', 'http://evil.example')).toBe('unknown-host')
    expect(await codeOf('files.example', 'http://evil.example')).toBe('cross-site')
    expect((await put('files.example', 'http://files.example')).status).toBe(201)
  })

  test('a client that waits to be asked for its body is refused before it has sent it, or asked', async () => {
    const client = await start(uploads())
    const put = (length: number) =>
      client.begin({ ':method': 'PUT', ':path': '/a.txt', 'content-length': length, expect: '100-continue' })
    const refused = put(TOO_LARGE.length)
    let asked = false
    refused.on('continue', () => (asked = true))
    expectTooLarge(await answerOf(refused))
    expect(asked).toBe(false)
    const taken = put(5)
    await once(taken, 'continue')
    taken.end('hello')
    expect((await answerOf(taken)).status).toBe(201)
  })
})

test('one server takes HTTP/2 and HTTP/1 by TLS', async () => {
  const handler: RequestHandler = {
    handle: async ({ isSecure, clientAddress, native }) => ({
      status: 200,
      headers: {},
      body: `${isSecure} ${clientAddress} ${native instanceof Object && 'stream' in native}`,
    }),
  }
  const server = attach(createSecureServer({ ...CERTIFICATE, allowHTTP1: true }, nodeHandler(handler)))
  const origin = await listen(server, 'https')
  const client = new Http2Client(origin, CERTIFICATE.cert)
  expect((await client.ask({ ':path': '/' })).body.toString()).toBe('true 127.0.0.1 true')
  client.destroy()
  const request = httpsRequest(origin, { ca: CERTIFICATE.cert, agent: false, method: 'PUT' }).end('a')
  const [response] = await once(request, 'response')
  expect(await text(response)).toBe('true 127.0.0.1 false')
})
