import express5 from 'express'
import type { Express, Request, Response } from 'express'
import express4 from 'express4'
import { createServer } from 'node:http'
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
import { expressHandler } from './express-handler.ts'
import { expressProblems } from './express-problems.ts'

let stop: (() => Promise<void>) | undefined
afterEach(async () => {
  await stop?.()
  stop = undefined
})

async function start(app: Express): Promise<string> {
  const running = await listen(attach(createServer(app.set('env', 'test'))))
  stop = () => running.close()
  return running.origin
}

/** Tells its mount. */
const place: RequestHandler = {
  handle: async ({ mount, target }) => ({ status: 200, headers: {}, body: `${mount} ${target}` }),
}
const nothing: RequestHandler = { handle: async () => undefined }

const photos = () => uploadSet('photos', { storage: memoryStorage(), maxFileSize: 1_000_000, content: 'trust' })

/** Hands on what an async route throws, as Express 5 does itself. */
function route(run: (request: Request, response: Response) => Promise<void>): express5.RequestHandler {
  return async (request, response, next) => {
    try {
      await run(request, response)
    } catch (error) {
      next(error)
    }
  }
}

function form(): FormData {
  const data = new FormData()
  data.append('file', new File(['hello'], 'a.txt'))
  return data
}

describe.each([
  ['5', express5],
  ['4', express4],
])('in Express %s', (version, express) => {
  const wildcard = version === '5' ? '/*rest' : '/*'

  test('files are taken and served below the mount, however deep, with their whole URL', async () => {
    const uploads = expressHandler(uploadHandler(photos(), { listing: true }))
    const origin = await start(express().use('/api', express.Router().use('/photos', uploads)))
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
    ['app.use', '/uploads', '/uploads/a%2Fb/c?d=/e', '/uploads /a%2Fb/c?d=/e'],
    ['app.use', '/uploads', '/uploads?d', '/uploads /?d'],
    ['app.use', '/:user/uploads', '/j%C3%A4/uploads/c', '/j%C3%A4/uploads /c'],
    ['app.all', '/uploads', '/uploads?d', '/uploads /?d'],
    ['app.all', '/uploads', '/uploads/', '/uploads /'],
    ['app.all', `/uploads${wildcard}`, '/uploads/a/b?c', '/uploads /a/b?c'],
    ['app.all', `/:user/uploads${wildcard}`, '/j%C3%A4/uploads/c', '/j%C3%A4/uploads /c'],
    ['app.all', wildcard, '/a/b', ' /a/b'],
  ])('%s(%j) mounts the handler at its path: %s', async (by, path, url, expected) => {
    const app = express()
    if (by === 'app.use') app.use(path, expressHandler(place))
    else app.all(path, expressHandler(place))
    expect(await (await fetch((await start(app)) + url)).text()).toBe(expected)
  })

  test('a route of a router is below the mount of the router', async () => {
    const router = express.Router()
    router.post('/files', expressHandler(place))
    const origin = await start(express().use('/api', router))
    expect(await (await fetch(`${origin}/api/files?a`, { method: 'POST' })).text()).toBe('/api/files /?a')
  })

  test('a route that was left before counts no more', async () => {
    const app = express().get(/./, (_request, _response, next) => next())
    app.use('/uploads', expressHandler(place))
    expect(await (await fetch(`${await start(app)}/uploads/a`)).text()).toBe('/uploads /a')
  })

  test('a request in absolute form is told from its mount', async () => {
    const origin = await start(express().use('/uploads', expressHandler(place)))
    const client = await RawClient.connect(origin)
    const answer = await client.ask('GET http://x/uploads/a HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(answer.body.toString()).toBe('/uploads /a')
    client.destroy()
  })

  test('a mount that cannot be told is an error that says so', async () => {
    const told = Promise.withResolvers<unknown>()
    const app = express()
    app.all(/^\/uploads/, expressHandler(place))
    app.use((error: unknown, _: Request, response: Response, _next: () => void) => {
      told.resolve(error)
      response.sendStatus(500)
    })
    expect((await fetch(`${await start(app)}/uploads`)).status).toBe(500)
    expect(String(await told.promise)).toMatch(/^TypeError: .*app\.use\("\/uploads"/)
  })

  test('requests that the handler does not answer, and its errors, are Express\u2019 own', async () => {
    const mistake = new Error('a mistake')
    const failing: RequestHandler = { handle: () => Promise.reject(mistake) }
    const app = express().use('/nothing', expressHandler(nothing)).use('/failing', expressHandler(failing))
    app.use((request: Request, response: Response) => void response.send(`next ${request.originalUrl}`))
    app.use((error: unknown, _: Request, response: Response, _next: () => void) => {
      response.status(500).send(String(error === mistake))
    })
    const origin = await start(app)
    const post = async (url: string) =>
      (await fetch(origin + url, { method: 'POST', body: 'x'.repeat(300_000) })).text()
    expect(await post('/nothing/a')).toBe('next /nothing/a')
    expect(await post('/failing')).toBe('true')
  })

  test('a handler behind one that has answered is an error, and no hang', async () => {
    const told = Promise.withResolvers<unknown>()
    const app = express()
      .use((request, response, next) => {
        expressHandler(place)(request, response, next)
        response.once('finish', () => next())
      })
      .use(expressHandler(place))
    app.use((error: unknown, _request: Request, _response: Response, _next: () => void) => told.resolve(error))
    await fetch(await start(app))
    expect(await told.promise).toMatchObject({ code: 'ERR_HTTP_HEADERS_SENT' })
  })

  test.each([
    ['express.json()', 'application/json', '{}'],
    ['express.urlencoded()', 'application/x-www-form-urlencoded', 'a=b'],
    ['express.text()', 'text/plain', 'hello'],
    ['a body parser', 'application/octet-stream', 'hello'],
  ])('%s that ran first is named, with its cure', async (parser, type, body) => {
    const told = Promise.withResolvers<unknown>()
    const app = express().use(express.json(), express.urlencoded({ extended: false }), express.text(), express.raw())
    app.use('/uploads', expressHandler(uploadHandler(photos())))
    app.use((error: unknown, _: Request, response: Response, _next: () => void) => {
      told.resolve(error)
      response.sendStatus(500)
    })
    const origin = await start(app)
    expect((await fetch(`${origin}/uploads`, { method: 'POST', headers: { 'content-type': type }, body })).status).toBe(
      500,
    )
    const error = await told.promise
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(`${parser} ran before expressHandler. Put app.use("/uploads"`)
    // A request without a body, or with one that a parser leaves alone, gets through.
    expect((await fetch(`${origin}/uploads/none.txt`)).status).toBe(404)
    expect((await fetch(`${origin}/uploads`, { method: 'POST', body: form() })).status).toBe(201)
  })

  describe('expressProblems', () => {
    const set = photos()
    const routes = (onError?: (error: unknown) => void): Express => {
      const app = express()
      app.post(
        '/receive',
        route(async (request, response) => {
          await using upload = await receive(request, { maxFileSize: 1000 })
          response.json({ size: upload.files.required('file').size })
        }),
      )
      app.post(
        '/save',
        route(async (request, response) => {
          await using upload = await receive(request)
          response.status(201).json(await set.save(upload.files.required('file')))
        }),
      )
      app.get('/ours', (_request, _response, next) => next(new UploadError('storage-failed', {})))
      app.get('/other', (_request, _response, next) => next(new Error('a mistake')))
      app.get('/half', (_request, response, next) => {
        response.writeHead(200, { 'content-length': '100' }).write('half')
        next(new UploadError('not-found', {}))
      })
      app.use(expressProblems({ onError }))
      app.use((error: unknown, _: Request, response: Response, next: (error: unknown) => void) => {
        if (response.headersSent) next(error)
        else response.status(500).send('Express')
      })
      return app
    }

    test('answers refusals in full, while a client is still sending', async () => {
      const origin = await start(routes())
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
    })

    test('tells of those of ours, and leaves all other errors, and half an answer, to Express', async () => {
      const told: unknown[] = []
      const origin = await start(routes((error) => told.push(error)))
      expect(await (await fetch(`${origin}/ours`)).json()).toMatchObject({ status: 500, code: 'storage-failed' })
      expect((await fetch(`${origin}/receive`, { method: 'POST', body: 'x' })).status).toBe(415)
      expect(told).toEqual([expect.objectContaining({ code: 'storage-failed' })])
      expect(await (await fetch(`${origin}/other`)).text()).toBe('Express')
      await expect(fetch(`${origin}/half`).then((response) => response.text())).rejects.toThrow('terminated')
      expect(told).toHaveLength(1)
    })
  })
})

test('a trusted proxy that is not an address is refused at once', () => {
  expect(() => expressHandler(place, { trustProxy: ['localhost'] })).toThrow('is not an address of a proxy')
})
