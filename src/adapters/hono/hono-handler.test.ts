import { createAdaptorServer, getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import { createServer, Server } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { UploadError } from '../../errors/upload-error.ts'
import { uploadHandler } from '../../handler/upload-handler.ts'
import type { Incoming } from '../../http/incoming.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { uploadSet } from '../../policy/upload-set.ts'
import type { UploadSet } from '../../policy/upload-set.ts'
import { receive } from '../../receive/receive.ts'
import { memoryStorage } from '../../storage/memory/memory-storage.ts'
import type { AdapterServer } from '../../testing/adapter-contract/steps.ts'
import { RawClient } from '../../testing/adapter-contract/raw-client.ts'
import { attach } from '../node/attach.ts'
import { listen } from '../node/fixtures/listen.ts'
import { trustedProxies } from '../node/trusted-proxies.ts'
import { honoHandler } from './hono-handler.ts'
import { honoProblems } from './hono-problems.ts'

const servers: AdapterServer[] = []

afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

/** The app on `@hono/node-server`; its origin. */
async function serve(app: Hono): Promise<string> {
  const server = createAdaptorServer({ fetch: app.fetch })
  if (!(server instanceof Server)) throw new TypeError('It is not a server of node:http.')
  const running = await listen(attach(server))
  servers.push(running)
  return running.origin
}

/** Asks the app on Node and then by Fetch alone: both are to answer alike. */
async function onBothLanes(
  app: Hono,
  ask: (request: (path: string, init?: RequestInit) => Promise<Response>) => Promise<void>,
): Promise<void> {
  const origin = await serve(app)
  await ask((path, init) => fetch(origin + path, init))
  await ask(async (path, init) => await app.request(path, init))
}

function photos(): UploadSet {
  return uploadSet('photos', { storage: memoryStorage(), maxFileSize: 1_000_000 })
}

function form(content: string, name = 'cat.txt'): RequestInit {
  const body = new FormData()
  body.append('file', new File([content], name))
  return { method: 'POST', body }
}

/** Tells what it was given. */
function telling(told: Incoming[]): RequestHandler {
  return {
    async handle(incoming) {
      told.push(incoming)
      return { status: 204, headers: {} }
    },
  }
}

describe('an upload handler in Hono', () => {
  test('is mounted by its route, and the routes around it', async () => {
    const uploads = new Hono().all('/photos/*', honoHandler(uploadHandler(photos(), { listing: true })))
    const app = new Hono().basePath('/v1').route('/users/:user', uploads)
    let count = 0
    await onBothLanes(app, async (request) => {
      count += 1
      const created = await request('/v1/users/ann%20b/photos', form('hello'))
      expect(created.status).toBe(201)
      const url = created.headers.get('location') ?? ''
      expect(url).toBe(count === 1 ? '/v1/users/ann%20b/photos/cat.txt' : '/v1/users/ann%20b/photos/cat_1.txt')
      expect(await (await request(url)).text()).toBe('hello')
      const head = await request(url, { method: 'HEAD' })
      expect([head.status, head.headers.get('content-length')]).toEqual([200, '5'])
      expect((await request('/v1/users/ann/photos/none.txt')).status).toBe(404)
      const { files } = await (await request('/v1/users/ann/photos/?limit=9')).json()
      expect(files).toHaveLength(count)
    })
  })

  test('hears path and query as Hono has routed them, and the context for its hooks', async () => {
    const told: Incoming[] = []
    const app = new Hono().use('/a/*', honoHandler(telling(told))).use(honoHandler(telling(told)))
    await onBothLanes(app, async (request) => {
      for (const path of ['/a', '/a/', '/a/b%2Fc/?d=e%20f', '/x/../a/%2e%2e/y?z']) await request(path)
    })
    const expected = [
      ['/a', '/'],
      ['/a', '/'],
      ['/a', '/b%2Fc/?d=e%20f'],
      ['', '/y?z'],
    ]
    expect(told.map(({ mount, target }) => [mount, target])).toEqual([...expected, ...expected])
    expect(told[0]?.native).toMatchObject({ req: { method: 'GET' } })
  })

  test('has no Request made for it on Node: the body is read from Node itself', async () => {
    const app = new Hono()
    app.use(async ({ req }, next) => {
      const touched = (): never => {
        throw new Error('The body of a Request was asked for.')
      }
      const names = ['body', 'blob', 'bytes', 'text', 'arrayBuffer', 'formData', 'clone']
      for (const name of names) Object.defineProperty(req.raw, name, { get: touched })
      await next()
    })
    app.all('/photos/*', honoHandler(uploadHandler(photos())))
    const origin = await serve(app)
    expect((await fetch(`${origin}/photos`, form('x'.repeat(500_000)))).status).toBe(201)
    expect((await fetch(`${origin}/photos`, form('x'.repeat(5_000_000)))).status).toBe(413)
    // Without Node's request, the Request is asked: the trap does catch.
    vi.spyOn(console, 'error').mockImplementation(() => {})
    expect((await app.request('/photos', form('x'))).status).toBe(500)
  })

  test('gets bodies whole behind middleware that looks at them, such as bodyLimit', async () => {
    const app = new Hono()
    app.use(bodyLimit({ maxSize: 20_000_000 }))
    app.all('/photos/*', honoHandler(uploadHandler(photos())))
    const text = 'x'.repeat(999_999)
    // Node wants it for a body of unknown length, and its types do not know it.
    const HALF = { duplex: 'half' }
    const sent = new Blob([text]).stream()
    await onBothLanes(app, async (request) => {
      const { status, headers } = await request('/photos', form(text))
      expect(status).toBe(201)
      expect(await (await request(headers.get('location') ?? '')).text()).toBe(text)
      expect((await request('/photos', form('x'.repeat(5_000_000)))).status).toBe(413)
    })
    // In chunks, so that it counts the bytes that it passes on.
    const origin = await serve(app)
    const chunked = await fetch(`${origin}/photos/chunked.txt`, { method: 'PUT', body: sent, ...HALF })
    expect(chunked.status).toBe(201)
    expect(await (await fetch(`${origin}/photos/chunked.txt`)).text()).toBe(text)
  })

  test('takes the request that a middleware has put in the place of the one that came', async () => {
    const app = new Hono()
    app.use(async ({ req }, next) => {
      if (req.method === 'PUT') req.raw = new Request(req.url, { method: 'PUT', body: 'unpacked' })
      await next()
    })
    app.all('/photos/*', honoHandler(uploadHandler(photos())))
    let count = 0
    await onBothLanes(app, async (request) => {
      count += 1
      const path = `/photos/${count}.txt`
      expect((await request(path, { method: 'PUT', body: 'packed' })).status).toBe(201)
      expect(await (await request(path)).text()).toBe('unpacked')
    })
  })

  test('takes the body from a platform that has read it from Node already', async () => {
    const app = new Hono().all('/photos/*', honoHandler(uploadHandler(photos())))
    const listener = getRequestListener(app.fetch)
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => void listener(Object.assign(request, { rawBody: Buffer.concat(chunks) }), response))
    })
    const running = await listen(server)
    servers.push(running)
    expect((await fetch(`${running.origin}/photos/a.txt`, { method: 'PUT', body: 'hello' })).status).toBe(201)
    expect(await (await fetch(`${running.origin}/photos/a.txt`)).text()).toBe('hello')
  })

  test('answers with the headers of middleware, be they set before or after it', async () => {
    const app = new Hono()
    app.use(secureHeaders())
    app.use(async (context, next) => {
      context.header('x-before', '1')
      await next()
      context.header('x-after', '2')
    })
    app.all('/photos/*', honoHandler(uploadHandler(photos())))
    await onBothLanes(app, async (request) => {
      for (const [init, status] of [
        [form('hello'), 201],
        [form('x'.repeat(2_000_000)), 413],
        [{ method: 'OPTIONS' }, 204],
      ] as const) {
        const answer = await request('/photos', init)
        expect(answer.status).toBe(status)
        const names = ['x-before', 'x-after', 'x-frame-options']
        expect(names.map((name) => answer.headers.get(name))).toEqual(['1', '2', 'SAMEORIGIN'])
      }
    })
  })

  test('leaves to the next route what its handler leaves alone', async () => {
    const app = new Hono().use(honoHandler({ handle: async () => undefined }))
    app.post('/text', async ({ req, text }) => text(await req.text()))
    await onBothLanes(app, async (request) => {
      expect(await (await request('/text', { method: 'POST', body: 'hello' })).text()).toBe('hello')
      expect((await request('/nowhere')).status).toBe(404)
    })
  })

  test('gives what its handler throws to app.onError', async () => {
    const failure = new Error('a mistake')
    const app = new Hono().use(honoHandler({ handle: () => Promise.reject(failure) }))
    app.onError((error, context) => context.text(String(error === failure), 501))
    await onBothLanes(app, async (request) => {
      const answer = await request('/', { method: 'POST', body: 'hello' })
      expect([answer.status, await answer.text()]).toEqual([501, 'true'])
    })
  })

  test.each([
    ['a handler', (app: Hono) => app.use(honoHandler({ handle: () => Promise.reject(new Error('a mistake')) }))],
    [
      'a route',
      (app: Hono) =>
        app.use(() => {
          throw new UploadError('too-many-files', { limit: 1 })
        }),
    ],
  ])('hears out a client whose request %s fails on', async (_, mount) => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const app = mount(new Hono()).onError(honoProblems())
    const request = new Request('http://x/', { method: 'POST', body: 'hello' })
    expect((await app.request(request)).status).toBeGreaterThan(400)
    expect(request.bodyUsed).toBe(true)
  })

  test('tells what to do if other code has read the body before', async () => {
    const errors: unknown[] = []
    const app = new Hono()
    app.use(async ({ req }, next) => {
      await req.parseBody()
      await next()
    })
    app.all('/photos/*', honoHandler(uploadHandler(photos())))
    app.onError((error, context) => {
      errors.push(error)
      return context.text('', 500)
    })
    await onBothLanes(app, async (request) => {
      expect((await request('/photos', form('hello'))).status).toBe(500)
      expect((await request('/photos/none.txt')).status).toBe(404)
    })
    for (const error of errors) expect(error).toBeInstanceOf(TypeError)
    expect(errors.map(String)).toEqual(
      Array.from({ length: 2 }, () => expect.stringMatching(/c\.req\.parseBody\(\).*register honoHandler before/)),
    )
  })

  test.each(['/photos/:key{.+}', '/photos/:key?', '/photos/*/x'])('says that %s is not a mount', async (path) => {
    const errors: unknown[] = []
    const app = new Hono().all(path, honoHandler(uploadHandler(photos())))
    app.onError((error, context) => {
      errors.push(error)
      return context.text('', 500)
    })
    expect((await app.request('/photos/a/x'.slice(0, path.endsWith('?') ? 9 : undefined))).status).toBe(500)
    expect(errors).toEqual([
      expect.objectContaining({ name: 'TypeError', message: expect.stringContaining("'/photos/*'") }),
    ])
  })

  test('knows its client by the connection, by the word of a proxy that is believed, or as it is told', async () => {
    const told: Incoming[] = []
    const app = new Hono()
    app.all('/plain', honoHandler(telling(told)))
    app.use('/looked-at', bodyLimit({ maxSize: 100 }))
    app.all('/looked-at', honoHandler(telling(told)))
    app.all('/proxied', honoHandler(telling(told), { isTrustedProxy: trustedProxies(['loopback']) }))
    app.all(
      '/told',
      honoHandler(telling(told), { clientAddress: ({ req }) => req.raw.headers.get('x-ip') ?? undefined }),
    )
    const headers = { 'x-forwarded-for': '192.0.2.7', 'x-ip': '192.0.2.8', 'x-forwarded-proto': 'https' }
    const origin = await serve(app)
    for (const path of ['/plain', '/proxied', '/told']) await fetch(origin + path, { headers })
    await fetch(`${origin}/looked-at`, { method: 'POST', body: 'hello' })
    await app.request('/plain', { headers })
    expect(told.map(({ clientAddress, isSecure }) => [clientAddress, isSecure])).toEqual([
      ['127.0.0.1', false],
      ['192.0.2.7', true],
      ['192.0.2.8', false],
      ['127.0.0.1', false],
      [undefined, false],
    ])
  })
})

test('believes the kind of headers of its proxies alone, as `proxyHeader` says', async () => {
  const told: Incoming[] = []
  const app = new Hono()
  const isTrustedProxy = trustedProxies(['loopback'])
  app.all('/one', honoHandler(telling(told), { isTrustedProxy, proxyHeader: 'forwarded' }))
  app.all('/both', honoHandler(telling(told), { isTrustedProxy, onWarning: () => {} }))
  const headers = { 'x-forwarded-for': '10.0.0.1', forwarded: 'for=192.0.2.7' }
  const origin = await serve(app)
  for (const path of ['/one', '/both']) await fetch(origin + path, { headers })
  expect(told.map(({ clientAddress }) => clientAddress)).toEqual(['192.0.2.7', '127.0.0.1'])
  expect(() => honoHandler(telling(told), JSON.parse('{"proxyHeader":"via"}'))).toThrow(TypeError)
})

describe("a route of one's own", () => {
  function app(): Hono {
    const own = new Hono()
    own.post('/own', async ({ req, json }) => {
      await using upload = await receive(req.raw, { maxFileSize: 1_000_000 })
      return json({ size: upload.files.required('file').size })
    })
    own.post('/http', () => {
      throw new HTTPException(418, { message: 'a teapot' })
    })
    own.post('/mistake', () => {
      throw new Error('the password is 1234')
    })
    own.onError(honoProblems())
    return own
  }

  test('takes forms from c.req.raw, and its refusals are problem details', async () => {
    await onBothLanes(app(), async (request) => {
      const taken = await request('/own', form('hello'))
      expect(await taken.json()).toEqual({ size: 5 })
      const refused = await request('/own', form('x'.repeat(2_000_000)))
      expect(refused.headers.get('content-type')).toBe('application/problem+json')
      expect(await refused.json()).toMatchObject({ status: 413, code: 'file-too-large', limit: 1_000_000 })
    })
  })

  test('on Node may take them from Node, and tells a client that is still sending', async () => {
    const own = new Hono<{ Bindings: { incoming: IncomingMessage } }>()
    own.post('/own', async ({ env, text }) => {
      await using upload = await receive(env.incoming, { maxFileSize: 1000 })
      return text(String(upload.fields.size))
    })
    own.onError(honoProblems())
    const client = await RawClient.connect(await serve(new Hono().route('/', own)))
    const boundary = 'content-type: multipart/form-data; boundary=b'
    await client.send(`POST /own HTTP/1.1\r\nHost: x\r\n${boundary}\r\nContent-Length: 9000000\r\n\r\n`)
    const begin = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    await client.send(begin + 'x'.repeat(100_000))
    const answer = await client.answer()
    expect([answer.status, JSON.parse(answer.body.toString()).code]).toEqual([413, 'file-too-large'])
    await client.send('x'.repeat(9_000_000 - 100_000 - begin.length))
    expect((await client.ask('GET /none HTTP/1.1\r\nHost: x\r\n\r\n')).status).toBe(404)
    client.destroy()
  })

  test('logs the refusals that are our own fault, and no others', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    for (const error of [new UploadError('too-many-files', { limit: 1 }), new UploadError('internal-error', {})]) {
      const failing = new Hono().get('/', () => {
        throw error
      })
      const answer = await failing.onError(honoProblems()).request('/')
      expect([answer.status, (await answer.json()).code]).toEqual([error.status, error.code])
    }
    expect(log.mock.calls).toEqual([[expect.objectContaining({ code: 'internal-error' })]])
  })

  test('leaves other errors to Hono, or to `otherwise`', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    await onBothLanes(app(), async (request) => {
      const teapot = await request('/http', { method: 'POST' })
      expect([teapot.status, await teapot.text()]).toEqual([418, 'a teapot'])
      const mistake = await request('/mistake', { method: 'POST' })
      expect([mistake.status, await mistake.text()]).toEqual([500, ''])
    })
    expect(log.mock.calls.map(String)).toEqual(['Error: the password is 1234', 'Error: the password is 1234'])
    const told = app().onError(honoProblems({ otherwise: (error, context) => context.body(error.name, 502, {}) }))
    const answer = await told.request('/mistake', { method: 'POST' })
    expect([answer.status, await answer.text()]).toEqual([502, 'Error'])
  })
})
