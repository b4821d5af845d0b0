/* oxlint-disable oxc/no-async-endpoint-handlers -- They are Fastify's, which takes what they reject with. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { uploadForm } from '../../form/upload-form.ts'
import { UploadError } from '../../errors/upload-error.ts'
import { uploadHandler } from '../../handler/upload-handler.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { uploadSet } from '../../policy/upload-set.ts'
import { receive } from '../../receive/receive.ts'
import { diskStorage } from '../../storage/disk/disk-storage.ts'
import { memoryStorage } from '../../storage/memory/memory-storage.ts'
import { RawClient } from '../../testing/adapter-contract/raw-client.ts'
import { attach } from '../node/attach.ts'
import { fastifyDecant } from './fastify-decant.ts'
import { fastifyHandler } from './fastify-handler.ts'

let app: FastifyInstance = fastify()
afterEach(() => app.close())

/** Fastify itself reads 16 bytes of a body. */
function create(): FastifyInstance {
  app = fastify({ bodyLimit: 16, forceCloseConnections: true })
  attach(app.server)
  return app
}

const listen = (): Promise<string> => app.listen({ port: 0, host: '127.0.0.1' })

/** Tells its mount. */
const place: RequestHandler = {
  handle: async ({ mount, target }) => ({ status: 200, headers: { 'x-ours': '1' }, body: `${mount} ${target}` }),
}

const photos = () => uploadSet('photos', { storage: memoryStorage(), maxFileSize: 1_000_000, content: 'trust' })

function form(): FormData {
  const data = new FormData()
  data.append('file', new File(['hello'], 'a.txt'))
  return data
}

describe('fastifyHandler', () => {
  test('takes files and serves them below its prefix, however deep, with their whole URL', async () => {
    create().register(
      async (api) => {
        await api.register(fastifyHandler(uploadHandler(photos(), { listing: true })), { prefix: '/photos' })
      },
      { prefix: '/api' },
    )
    const origin = await listen()
    for (const url of ['/api/photos', '/api/photos/']) {
      const created = await fetch(origin + url, { method: 'POST', body: form() })
      expect(created.status).toBe(201)
      const location = created.headers.get('location') ?? ''
      expect(location).toMatch(/^\/api\/photos\/a(_1)?\.txt$/)
      expect(await (await fetch(origin + location)).text()).toBe('hello')
      expect((await fetch(origin + location, { method: 'HEAD' })).headers.get('content-length')).toBe('5')
    }
    expect((await (await fetch(`${origin}/api/photos?limit=1`)).json()).files).toHaveLength(1)
  })

  test.each([
    ['/uploads', '/uploads/a%2Fb/c?d=/e', '/uploads /a%2Fb/c?d=/e'],
    ['/uploads', '/uploads?d', '/uploads /?d'],
    ['/uploads/', '/uploads/a', '/uploads /a'],
    ['/:user/uploads', '/j%C3%A4/uploads/c', '/j%C3%A4/uploads /c'],
    ['/', '/a/b', ' /a/b'],
    ['', '/', ' /'],
    ['/uploads', `/uploads/${'a'.repeat(300)}`, `/uploads /${'a'.repeat(300)}`],
  ])('with prefix %j is where it is: %s', async (prefix, url, expected) => {
    create().register(fastifyHandler(place), { prefix })
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      expect(await (await fetch((await ready()) + url, { method })).text()).toBe(expected)
    }
  })

  let origin: Promise<string> | undefined
  afterEach(() => (origin = undefined))
  const ready = (): Promise<string> => (origin ??= listen())

  test('needs no server: inject() does', async () => {
    create().register(fastifyHandler(uploadHandler(photos())), { prefix: '/photos' })
    const request = new Request('http://x', { method: 'POST', body: form() })
    const headers = { 'content-type': request.headers.get('content-type') ?? '' }
    const created = await app.inject({
      method: 'POST',
      url: '/photos',
      headers,
      payload: Buffer.from(await request.arrayBuffer()),
    })
    expect(created.statusCode).toBe(201)
    expect((await app.inject('/photos/a.txt')).body).toBe('hello')
  })

  test('leaves alone the body of inject(), which is not a chunk of a connection', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'decant-fastify-'))
    try {
      const storage = diskStorage(folder)
      const files = uploadSet('files', { storage, maxFileSize: 1_000_000, content: 'trust' })
      create().register(fastifyHandler(uploadHandler(files)))
      const payload = Buffer.alloc(300_000, 'x')
      const headers = { 'content-type': 'text/plain', 'content-disposition': 'attachment; filename="a.txt"' }
      expect((await app.inject({ method: 'POST', url: '/', headers, payload })).statusCode).toBe(201)
      expect(payload.equals(Buffer.alloc(300_000, 'x'))).toBe(true)
      expect((await app.inject('/a.txt')).rawPayload.equals(payload)).toBe(true)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('keeps what plugins have put into the header', async () => {
    create().addHook('onRequest', async (_request, reply) => void reply.header('x-theirs', '2'))
    app.register(fastifyHandler(place))
    expect((await app.inject('/')).headers).toMatchObject({ 'x-ours': '1', 'x-theirs': '2' })
  })

  test('leaves what it does not answer to the 404 of Fastify, and what is thrown to its error handler', async () => {
    const mistake = new Error('a mistake')
    create()
      .setErrorHandler((error, _request, reply) => reply.code(500).send(String(error === mistake)))
      .setNotFoundHandler((request, reply) => reply.code(404).send(`none ${request.url}`))
    app.register(fastifyHandler({ handle: async () => undefined }), { prefix: '/nothing' })
    app.register(fastifyHandler({ handle: () => Promise.reject(mistake) }), { prefix: '/failing' })
    const start = await listen()
    const post = async (url: string) => (await fetch(start + url, { method: 'POST', body: 'x'.repeat(300_000) })).text()
    expect(await post('/nothing/a')).toBe('none /nothing/a')
    expect(await post('/failing')).toBe('true')
  })

  test('answers 500 for an answer whose header HTTP does not allow, and does not hang', async () => {
    create().register(fastifyHandler({ handle: async () => ({ status: 200, headers: { 'x-a': 'a\nb' } }) }))
    expect((await fetch(await listen())).status).toBe(500)
  })

  test('is not reached by parsers of other scopes, nor by those around it', async () => {
    create().addContentTypeParser('multipart/form-data', (_request, payload, done) => {
      payload.resume().on('end', () => done(null, 'taken'))
    })
    app.post('/json', async ({ body }) => body)
    app.register(fastifyHandler(uploadHandler(photos())), { prefix: '/photos' })
    const start = await listen()
    expect((await fetch(`${start}/photos`, { method: 'POST', body: form() })).status).toBe(201)
    const headers = { 'content-type': 'application/json' }
    expect(await (await fetch(`${start}/json`, { method: 'POST', headers, body: '{"a":1}' })).json()).toEqual({ a: 1 })
  })

  test('names a hook that has read the body first, with its cure', async () => {
    create().addHook('onRequest', async ({ raw }) => {
      for await (const _ of raw);
    })
    app.register(fastifyHandler(uploadHandler(photos())), { prefix: '/photos' })
    const start = await listen()
    const answer = await fetch(`${start}/photos`, { method: 'POST', body: form() })
    expect(answer.status).toBe(500)
    expect(await answer.text()).toMatch(/a hook of Fastify .* ran before fastifyHandler\. Add the hook in a scope/)
    expect((await fetch(`${start}/photos/none.txt`)).status).toBe(404)
  })

  test('asks for addresses of proxies at once', () => {
    expect(() => fastifyHandler(place, { trustProxy: ['nowhere'] })).toThrow('is not an address of a proxy')
  })
})

describe('fastifyDecant', () => {
  const set = photos()

  function routes(): FastifyInstance {
    create()
    app.setErrorHandler((error, _request, reply) => reply.code(500).send(`theirs: ${String(error)}`))
    app.register(fastifyDecant)
    app.post('/receive', async (request) => {
      await using upload = await receive(request, { maxFileSize: 1000 })
      return { size: upload.files.required('file').size }
    })
    app.post('/raw', async ({ raw }, reply) => {
      await using upload = await receive(raw)
      return await reply.code(201).send(await set.save(upload.files.required('file')))
    })
    const fields = uploadForm({ file: set.one() })
    app.post('/form', async (request) => ({ key: (await fields.receive(request)).file.key }))
    app.post('/json', async ({ body }) => body)
    app.get('/ours', async () => Promise.reject(new UploadError('storage-failed', {})))
    app.get('/other', async () => Promise.reject(new Error('a mistake')))
    return app
  }

  test('leaves forms and binary bodies of any size to receive, sets and forms, and JSON to Fastify', async () => {
    routes()
    const start = await listen()
    const post = (path: string, body: FormData | string | Blob, type?: string) =>
      fetch(start + path, { method: 'POST', body, ...(type !== undefined && { headers: { 'content-type': type } }) })
    expect(await (await post('/receive', form())).json()).toEqual({ size: 5 })
    expect((await post('/raw', form())).status).toBe(201)
    expect(await (await post('/form', form())).json()).toEqual({ key: expect.stringMatching(/^a.*\.txt$/) })
    expect((await post('/receive', 'a=b&c=d&e=f&g=h&i=j', 'application/x-www-form-urlencoded')).status).toBe(422)
    expect((await post('/receive', 'x'.repeat(100), 'application/octet-stream')).status).toBe(415)
    expect(await (await post('/json', '{"a":1}', 'application/json')).json()).toEqual({ a: 1 })
    expect(await (await post('/json', '{"a":"longer than it may be"}', 'application/json')).text()).toMatch(/^theirs: /)
  })

  test('answers refusals in full, while a client is still sending, and keeps the connection', async () => {
    routes()
    const client = await RawClient.connect(await listen())
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="big"\r\n\r\n'
    await client.send(
      `POST /receive HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 20000000\r\n\r\n${head}${'x'.repeat(1_000_000)}`,
    )
    const answer = await client.answer()
    expect([answer.status, answer.headers['content-type']]).toEqual([413, 'application/problem+json'])
    await client.send('x'.repeat(19_000_000 - head.length))
    expect((await client.ask('GET /ours HTTP/1.1\r\nHost: x\r\n\r\n')).status).toBe(500)
    client.destroy()
  })

  test('answers errors of uploads alone, and leaves others to the handler that was set before', async () => {
    routes()
    expect((await app.inject('/ours')).json()).toMatchObject({ code: 'storage-failed' })
    expect((await app.inject('/other')).body).toBe('theirs: Error: a mistake')
  })

  test('breaks off half an answer, so that it cannot look whole', async () => {
    routes().get('/half', async (_request, reply) => {
      reply.raw.writeHead(200, { 'content-length': '100' }).write('half')
      throw new UploadError('not-found', {})
    })
    const answer = await fetch(`${await listen()}/half`)
    await expect(answer.text()).rejects.toThrow('terminated')
  })

  test('logs what is the fault of the server, and no refusal', async () => {
    const lines: string[] = []
    app = fastify({ logger: { level: 'error', stream: { write: (line: string) => void lines.push(line) } } })
    app.register(fastifyDecant)
    app.get('/ours', async () => Promise.reject(new UploadError('storage-failed', {})))
    app.get('/theirs', async () => Promise.reject(new UploadError('not-found', {})))
    expect([(await app.inject('/theirs')).statusCode, lines]).toEqual([404, []])
    expect([(await app.inject('/ours')).statusCode, lines]).toEqual([500, [expect.stringContaining('storage-failed')]])
  })

  test('holds for the scope that registers it', async () => {
    create().register(async (scope) => {
      await scope.register(fastifyDecant)
      scope.post('/in', async () => 'in')
    })
    app.post('/out', async () => 'out')
    const post = async (url: string) =>
      (await app.inject({ method: 'POST', url, headers: { 'content-type': 'image/png' }, payload: 'x' })).statusCode
    expect([await post('/in'), await post('/out')]).toEqual([200, 415])
  })

  test('leaves a parser of urlencoded forms that is registered already, and one for all the rest that comes after', async () => {
    create().addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    )
    await app.register(fastifyDecant)
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    app.post('/', async ({ body }) => body)
    for (const type of ['application/x-www-form-urlencoded', 'image/png']) {
      const answer = await app.inject({ method: 'POST', url: '/', headers: { 'content-type': type }, payload: 'a=b' })
      expect(answer.body).toBe('a=b')
    }
  })

  test('names a parser of forms that is registered already, with the cure', async () => {
    create().addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null))
    app.register(fastifyDecant)
    await expect(app.ready()).rejects.toThrow(/^@fastify\/multipart, .* scope of its own beside this one/)
  })
})
