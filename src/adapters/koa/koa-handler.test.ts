import { Router } from '@koa/router'
import Koa from 'koa'
import mount from 'koa-mount'
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { UploadError } from '../../errors/upload-error.ts'
import { uploadHandler } from '../../handler/upload-handler.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { uploadSet } from '../../policy/upload-set.ts'
import { receive } from '../../receive/receive.ts'
import { memoryStorage } from '../../storage/memory/memory-storage.ts'
import { RawClient } from '../../testing/adapter-contract/raw-client.ts'
import { attach } from '../node/attach.ts'
import { listen } from '../node/fixtures/listen.ts'
import { Http2Client } from '../node/fixtures/http2-client.ts'
import { koaHandler } from './koa-handler.ts'
import { koaProblems } from './koa-problems.ts'

let stop: (() => Promise<void>) | undefined
afterEach(async () => {
  await stop?.()
  stop = undefined
})

/** Starts an app with what `use` gives it; what it tells `app.on('error')` is put into `told`. */
async function start(use: (app: Koa) => unknown, told: unknown[] = []): Promise<string> {
  const app = new Koa()
  use(app)
  app.on('error', (error) => told.push(error))
  const callback = app.callback()
  const running = await listen(attach(createServer((request, response) => void callback(request, response))))
  stop = () => running.close()
  return running.origin
}

/** Tells its mount. */
const place: RequestHandler = {
  handle: async ({ mount: path, target }) => ({ status: 200, headers: {}, body: `${path} ${target}` }),
}
const nothing: RequestHandler = { handle: async () => undefined }

const photos = () => uploadSet('photos', { storage: memoryStorage(), maxFileSize: 1_000_000, content: 'trust' })

function form(): FormData {
  const data = new FormData()
  data.append('file', new File(['hello'], 'a.txt'))
  return data
}

describe('in Koa', () => {
  test('files are taken and served below a mount, with their whole URL', async () => {
    const origin = await start((app) =>
      app.use(mount('/api', mount('/photos', koaHandler(uploadHandler(photos(), { listing: true }))))),
    )
    for (const url of ['/api/photos', '/api/photos/']) {
      const created = await fetch(origin + url, { method: 'POST', body: form() })
      expect(created.status).toBe(201)
      const location = created.headers.get('location') ?? ''
      expect(location).toMatch(/^\/api\/photos\/a(_1)?\.txt$/)
      expect(await (await fetch(origin + location)).text()).toBe('hello')
    }
    expect((await (await fetch(`${origin}/api/photos?limit=1`)).json()).files).toHaveLength(1)
  })

  test.each([
    ['/uploads', '/uploads/a%2Fb/c?d=/e', '/uploads /a%2Fb/c?d=/e'],
    ['/uploads', '/uploads?d', '/uploads /?d'],
    ['/uploads/', '/uploads/a', '/uploads /a'],
    ['/uploads', '/uploads/uploads', '/uploads /uploads'],
    ['/', '/uploads/a', ' /uploads/a'],
    ['/', '/', ' /'],
  ])('under mount(%j) the handler is where it is: %s', async (path, url, expected) => {
    const origin = await start((app) => app.use(mount(path, koaHandler(place))))
    expect(await (await fetch(origin + url)).text()).toBe(expected)
  })

  test('a request in absolute form is told from its mount', async () => {
    const origin = await start((app) => app.use(mount('/uploads', koaHandler(place))))
    const client = await RawClient.connect(origin)
    const answer = await client.ask('GET http://x/uploads/a HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(answer.body.toString()).toBe('/uploads /a')
    client.destroy()
  })

  test('a path that was rewritten is not a mount', async () => {
    const rewrite: Koa.Middleware = async (context, next) => {
      context.path = '/new/a'
      await next()
    }
    const origin = await start((app) => app.use(rewrite).use(koaHandler(place)))
    expect(await (await fetch(`${origin}/old/a/b`)).text()).toBe(' /new/a')
  })

  test('in a route of a router, whose prefix is not stripped, the handler has its base', async () => {
    const router = new Router({ prefix: '/api' })
    const uploads = koaHandler(uploadHandler(photos(), { base: '/api/photos' }))
    router.all('/photos', uploads).all('/photos/*rest', uploads)
    const origin = await start((app) => app.use(router.middleware()))
    const created = await fetch(`${origin}/api/photos`, { method: 'POST', body: form() })
    expect([created.status, created.headers.get('location')]).toEqual([201, '/api/photos/a.txt'])
    expect(await (await fetch(`${origin}/api/photos/a.txt`)).text()).toBe('hello')
  })

  test('the answer is ours: with the headers of middleware before it, without what middleware makes of ctx.body', async () => {
    const seen: unknown[] = []
    const around: Koa.Middleware = async (context, next) => {
      context.set('x-before', '1')
      await next()
      seen.push(context.status, context.respond)
      context.set('x-after', '1')
      context.body = 'something else'
    }
    const told: unknown[] = []
    const origin = await start((app) => app.use(around).use(mount('/uploads', koaHandler(place))), told)
    const answer = await fetch(`${origin}/uploads/a`)
    expect([answer.headers.get('x-before'), answer.headers.get('x-after')]).toEqual(['1', null])
    expect(await answer.text()).toBe('/uploads /a')
    expect([seen, told]).toEqual([[200, false], []])
  })

  test('a request that the handler does not answer goes on, and Koa answers it', async () => {
    const last: Koa.Middleware = (context) => {
      context.body = `next ${context.originalUrl} ${context.respond}`
    }
    const origin = await start((app) => app.use(mount('/nothing', koaHandler(nothing))).use(last))
    const answer = await fetch(`${origin}/nothing/a`, { method: 'POST', body: 'x'.repeat(300_000) })
    expect(await answer.text()).toBe('next /nothing/a undefined')
  })

  test('an error of the handler goes to the app, and Koa answers it', async () => {
    const mistake = new Error('the password is 1234')
    const told: unknown[] = []
    const invalid: RequestHandler = { handle: async () => ({ status: 200, headers: { 'x-a': 'a\r\nb: c' } }) }
    const origin = await start(
      (app) =>
        app.use(mount('/invalid', koaHandler(invalid))).use(koaHandler({ handle: () => Promise.reject(mistake) })),
      told,
    )
    for (const path of ['/', '/invalid']) {
      const answer = await fetch(origin + path, { method: 'POST', body: 'x'.repeat(300_000) })
      expect([answer.status, await answer.text()]).toEqual([500, 'Internal Server Error'])
    }
    expect(told).toEqual([mistake, expect.objectContaining({ code: 'ERR_INVALID_CHAR' })])
  })

  test('a body parser that ran first is an error that names the cure', async () => {
    const told: unknown[] = []
    const parser: Koa.Middleware = async (context, next) => {
      await text(context.req)
      await next()
    }
    const origin = await start(
      (app) => app.use(parser).use(mount('/uploads', koaHandler(uploadHandler(photos())))),
      told,
    )
    expect((await fetch(`${origin}/uploads`, { method: 'POST', body: form() })).status).toBe(500)
    expect(String(told[0])).toMatch(/^TypeError: .*koa-bodyparser.*Put app\.use\(mount/)
    expect((await fetch(`${origin}/uploads/none.txt`)).status).toBe(404)
  })

  test('a trusted proxy that is not an address is refused at once', () => {
    expect(() => koaHandler(place, { trustProxy: ['localhost'] })).toThrow('is not an address of a proxy')
  })

  test('it works on HTTP/2 as well', async () => {
    const app = new Koa().use(mount('/uploads', koaHandler(uploadHandler(photos()))))
    const callback = app.callback()
    const server = attach(createHttp2Server((request, response) => void callback(request, response)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const client = new Http2Client(`http://127.0.0.1:${port}`)
    const created = await client.ask({ ':method': 'PUT', ':path': '/uploads/a.txt' }, 'hello')
    expect([created.status, created.headers['location']]).toEqual([201, '/uploads/a.txt'])
    expect((await client.ask({ ':path': '/uploads/a.txt' })).body.toString()).toBe('hello')
    client.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
})

describe('koaProblems', () => {
  const set = photos()
  const router = new Router()
    .post('/receive', async (context) => {
      await using upload = await receive(context.req, { maxFileSize: 1000 })
      context.body = { size: upload.files.required('file').size }
    })
    .post('/save', async (context) => {
      await using upload = await receive(context.req)
      context.status = 201
      context.body = await set.save(upload.files.required('file'))
    })
    .get('/ours', () => {
      throw new UploadError('storage-failed', {})
    })
    .get('/other', () => {
      throw new Error('a mistake')
    })
    .get('/half', (context) => {
      context.res.writeHead(200).flushHeaders()
      throw new UploadError('not-found', {})
    })

  test('answers refusals in full, while a client is still sending', async () => {
    const told: unknown[] = []
    const origin = await start((app) => app.use(koaProblems()).use(router.middleware()), told)
    expect(await (await fetch(`${origin}/receive`, { method: 'POST', body: form() })).json()).toEqual({ size: 5 })
    expect((await fetch(`${origin}/save`, { method: 'POST', body: form() })).status).toBe(201)
    const client = await RawClient.connect(origin)
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="big"\r\n\r\n'
    await client.send(
      `POST /receive HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 20000000\r\n\r\n${head}${'x'.repeat(1_000_000)}`,
    )
    const answer = await client.answer()
    expect([answer.status, answer.headers['content-type']]).toEqual([413, 'application/problem+json'])
    await client.send('x'.repeat(19_000_000 - head.length))
    const next = await client.ask(
      'POST /receive HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx',
    )
    expect([next.status, JSON.parse(next.body.toString()).code]).toEqual([415, 'unsupported-media-type'])
    client.destroy()
    expect(told).toEqual([])
  })

  test('tells the app of those of ours, and leaves all other errors, and half an answer, to Koa', async () => {
    const told: unknown[] = []
    const responds: unknown[] = []
    const around: Koa.Middleware = async (context, next) => {
      await next()
      responds.push(context.respond)
    }
    const origin = await start((app) => app.use(around).use(koaProblems()).use(router.middleware()), told)
    expect((await fetch(`${origin}/receive`, { method: 'POST', body: 'x' })).status).toBe(415)
    expect(responds).toEqual([false])
    expect(await (await fetch(`${origin}/ours`)).json()).toMatchObject({ status: 500, code: 'storage-failed' })
    const other = await fetch(`${origin}/other`)
    expect([other.status, await other.text()]).toEqual([500, 'Internal Server Error'])
    expect(told).toEqual([
      expect.objectContaining({ code: 'storage-failed' }),
      expect.objectContaining({ message: 'a mistake' }),
    ])
    const half = new AbortController()
    expect((await fetch(`${origin}/half`, { signal: half.signal })).status).toBe(200)
    half.abort()
    expect(told[2]).toMatchObject({ code: 'not-found' })
  })
})
