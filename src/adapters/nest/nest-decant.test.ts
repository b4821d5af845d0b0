import {
  BadRequestException,
  Body,
  Controller,
  ForbiddenException,
  Get,
  Post,
  Put,
  Req,
  Res,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common'
import type { INestApplication, Provider } from '@nestjs/common'
import { APP_FILTER } from '@nestjs/core'
import { map } from 'rxjs'
import type { Observable } from 'rxjs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { UploadError } from '../../errors/upload-error.ts'
import { uploadForm } from '../../form/upload-form.ts'
import { uploadHandler } from '../../handler/upload-handler.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import type { AnyRequest } from '../../http/to-incoming.ts'
import { uploadSet } from '../../policy/upload-set.ts'
import { receive } from '../../receive/receive.ts'
import { memoryStorage } from '../../storage/memory/memory-storage.ts'
import { RawClient } from '../../testing/adapter-contract/raw-client.ts'
import { storedFiles } from '../../testing/stored-files.ts'
import { nestDecant } from './nest-decant.ts'
import { decorate } from './fixtures/decorate.ts'
import { listen, PLATFORMS } from './fixtures/platforms.ts'
import { FormInterceptor } from './form-interceptor.ts'
import type { Received } from './form-interceptor.ts'
import { UploadErrorFilter } from './upload-error-filter.ts'

let storage = memoryStorage()
const photos = () => uploadSet('photos', { storage, maxFileSize: 1_000_000, content: 'trust' })
const photoForm = () => uploadForm({ title: z.string().trim().min(1, 'Give it a title.'), photo: photos().one() })
beforeEach(() => (storage = memoryStorage()))

/** The routes of an app of a user. */
function routesOf(): new () => object {
  const form = photoForm()
  class Routes {
    async receive(request: AnyRequest): Promise<object> {
      await using upload = await receive(request, { maxFileSize: 1000 })
      return { size: upload.files.required('file').size }
    }
    async save(request: AnyRequest): Promise<object> {
      await using upload = await receive(request)
      return await photos().save(upload.files.required('file'))
    }
    async form({ title, photo }: Received<typeof form>): Promise<object> {
      if (title === 'no') throw new BadRequestException('The route said no.')
      const visible = (await storedFiles(storage)).length
      return { title, key: photo.key, visible }
    }
    json(body: unknown): unknown {
      return body
    }
    ours(): never {
      throw new UploadError('storage-failed', {})
    }
    other(): never {
      throw new ForbiddenException('Not you.')
    }
    half(response: { raw?: { write(text: string): void }; write(text: string): void }): never {
      ;(response.raw ?? response).write('half')
      throw new UploadError('not-found', {})
    }
  }
  Controller()(Routes)
  decorate(Routes, 'receive', [Post('receive')], [Req()])
  decorate(Routes, 'save', [Post('save')], [Req()])
  decorate(Routes, 'form', [Post('form'), UseInterceptors(FormInterceptor(form), Wrapped)], [Body()])
  decorate(Routes, 'json', [Put('json')], [Body()])
  decorate(Routes, 'ours', [Get('ours'), UseFilters(QuietFilter)], [])
  decorate(Routes, 'other', [Get('other')], [])
  decorate(Routes, 'half', [Get('half')], [Res()])
  return Routes
}

/** An interceptor of the user's, inside ours. */
class Wrapped {
  intercept(_context: unknown, next: { handle(): Observable<object> }): Observable<object> {
    return next.handle().pipe(map((value) => ({ ...value, wrapped: true })))
  }
}

class QuietFilter extends UploadErrorFilter {
  constructor() {
    super({ onError: (error) => told.push(error) })
  }
}
const told: unknown[] = []

function formOf(file: File | string = new File(['hello'], 'a.txt'), fields: Record<string, string> = {}): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  data.append(fields['title'] === undefined ? 'file' : 'photo', file)
  return data
}

/** Tells its mount. */
const place: RequestHandler = {
  handle: async ({ mount, target }) => ({ status: 200, headers: {}, body: `${mount} ${target}` }),
}

describe.each(PLATFORMS)('in Nest on %s', (platform, create) => {
  let app: INestApplication
  afterEach(() => app.close())

  const start = async (mounts: Record<string, RequestHandler> = {}, options = {}): Promise<string> => {
    app = await create({ controllers: [routesOf()], ...options })
    nestDecant(app, mounts)
    return await listen(app)
  }
  const post = (url: string, body: FormData | string): Promise<Response> => fetch(url, { method: 'POST', body })

  test('forms are left unread for receive and sets, and what Nest parses is parsed by Nest', async () => {
    const origin = await start()
    expect(await (await post(`${origin}/receive`, formOf())).json()).toEqual({ size: 5 })
    const saved = await post(`${origin}/save`, formOf())
    expect([saved.status, (await saved.json()).key]).toEqual([201, 'a.txt'])
    const headers = { 'content-type': 'application/json' }
    const json = await fetch(`${origin}/json`, { method: 'PUT', headers, body: '{"a":1}' })
    expect(await json.json()).toEqual({ a: 1 })
  })

  test('a route behind FormInterceptor has the typed form as its body, inside the transaction of its files', async () => {
    const origin = await start()
    const answer = await post(`${origin}/form`, formOf(undefined, { title: ' A cat ' }))
    // While the route ran, the file was not visible.
    expect(await answer.json()).toEqual({ title: 'A cat', key: 'a.txt', visible: 0, wrapped: true })
    expect(await storedFiles(storage)).toMatchObject([{ key: 'a.txt', size: 5 }])
  })

  test('no file of a form is kept whose route throws, and what it throws goes on to Nest', async () => {
    const origin = await start()
    const answer = await post(`${origin}/form`, formOf(undefined, { title: 'no' }))
    expect([answer.status, (await answer.json()).message]).toEqual([400, 'The route said no.'])
    expect(await storedFiles(storage)).toEqual([])
  })

  test('all that is wrong with a form is told as problem details', async () => {
    const origin = await start()
    const answer = await post(`${origin}/form`, formOf('no file', { title: ' ' }))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([422, 'application/problem+json'])
    const { code, errors } = await answer.json()
    expect([code, errors.map(({ field }: { field: string }) => field).toSorted()]).toEqual([
      'invalid-form',
      ['photo', 'title'],
    ])
  })

  test('a refusal is heard in full by a client that is still sending, and the connection goes on', async () => {
    for (const path of ['/receive', '/form']) {
      const client = await RawClient.connect(await start())
      const head = '--b\r\nContent-Disposition: form-data; name="photo"; filename="big"\r\n\r\n'
      await client.send(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n` +
          `Content-Length: 20000000\r\n\r\n${head}${'x'.repeat(1_000_000)}`,
      )
      const sent = client.send('x'.repeat(1_500_000))
      const answer = await client.answer()
      expect([answer.status, answer.headers['content-type']]).toEqual([413, 'application/problem+json'])
      await sent
      await client.send('x'.repeat(17_500_000 - head.length))
      expect((await client.ask('GET /other HTTP/1.1\r\nHost: x\r\n\r\n')).status).toBe(403)
      client.destroy()
      await app.close()
    }
  })

  test('other exceptions are Nest’s, and only those of ours are told', async () => {
    const origin = await start()
    const other = await fetch(`${origin}/other`)
    expect([other.status, await other.json()]).toMatchObject([403, { message: 'Not you.' }])
    expect(await (await fetch(`${origin}/ours`)).json()).toMatchObject({ status: 500, code: 'storage-failed' })
    expect(told.splice(0)).toEqual([expect.objectContaining({ code: 'storage-failed' })])
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    expect((await post(`${origin}/receive`, formOf('no file'))).status).toBe(422)
    expect(log.mock.calls).toEqual([])
    log.mockRestore()
  })

  test('a filter for everything is asked after ours: with nestDecant after it, or ours provided after it', async () => {
    const everything = { catch: () => told.push('everything') }
    class Everything {
      readonly catch = everything.catch
    }
    const refused = async (providers: Provider[]): Promise<string> => {
      app = await create({ controllers: [routesOf()], providers })
      if (providers.length === 0) app.useGlobalFilters(everything)
      nestDecant(app)
      const answer = await post(`${await listen(app)}/receive`, formOf('no file'))
      return (await answer.json()).code
    }
    expect(await refused([])).toBe('missing-file')
    await app.close()
    const ours = { provide: APP_FILTER, useClass: UploadErrorFilter }
    expect(await refused([{ provide: APP_FILTER, useClass: Everything }, ours])).toBe('missing-file')
    expect(told).toEqual([])
  })

  test('half an answer is broken off, so that it cannot look whole', async () => {
    const origin = await start()
    const half = async (): Promise<string> => await (await fetch(`${origin}/half`)).text()
    await expect(half()).rejects.toThrow(/terminated|failed/)
  })

  test('guards are asked before a byte of the body is read', async () => {
    class Guarded {
      create(): void {}
    }
    Controller()(Guarded)
    const no = { canActivate: () => false }
    decorate(Guarded, 'create', [Post('form'), UseGuards(no), UseInterceptors(FormInterceptor(photoForm()))], [Body()])
    app = await create({ controllers: [Guarded] })
    nestDecant(app)
    const client = await RawClient.connect(await listen(app))
    const answer = await client.ask(
      'POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 20000000\r\n\r\n',
    )
    expect(answer.status).toBe(403)
    client.destroy()
  })

  test('a handler takes files of every type and serves them below its path, before the parsers of Nest', async () => {
    const origin = await start({ '/photos': uploadHandler(photos(), { listing: true }) })
    const created = await post(`${origin}/photos`, formOf())
    expect([created.status, created.headers.get('location')]).toEqual([201, '/photos/a.txt'])
    expect(await (await fetch(`${origin}/photos/a.txt`)).text()).toBe('hello')
    const headers = { 'content-type': 'application/json' }
    const put = await fetch(`${origin}/photos/a.json`, { method: 'PUT', headers, body: '{"a":1}' })
    expect(put.status).toBe(201)
    expect((await (await fetch(`${origin}/photos?limit=9`)).json()).files).toHaveLength(2)
  })

  test.each([
    ['/uploads', '/uploads/a%2Fb/c?d=/e', '/uploads /a%2Fb/c?d=/e'],
    ['/uploads', '/uploads?d', '/uploads /?d'],
    ['/api/uploads', '/api/uploads/a', '/api/uploads /a'],
    ['/', '/a/b', ' /a/b'],
  ])('mounted at %s a handler is where it is: %s', async (path, url, expected) => {
    const origin = await start({ [path]: place })
    expect(await (await fetch(origin + url)).text()).toBe(expected)
  })

  test('requests that a handler does not answer, and its errors, are Nest’s', async () => {
    const origin = await start({
      '/nothing': { handle: async () => undefined },
      '/failing': { handle: () => Promise.reject(new ForbiddenException('Not this.')) },
      '/refusing': { handle: () => Promise.reject(new UploadError('not-found', {})) },
    })
    const ask = async (path: string): Promise<unknown> => {
      const answer = await post(origin + path, 'x'.repeat(300_000))
      return [answer.status, await answer.json()]
    }
    expect(await ask('/nothing/a')).toMatchObject([404, { message: 'Cannot POST /nothing/a' }])
    expect(await ask('/failing')).toMatchObject([403, { message: 'Not this.' }])
    expect(await ask('/refusing')).toMatchObject([404, { code: 'not-found' }])
  })

  test('handlers may be mounted one after the other', async () => {
    app = await create({ controllers: [routesOf()] })
    nestDecant(app, { '/a': place })
    nestDecant(app, { '/b': place })
    const origin = await listen(app)
    expect(await (await fetch(`${origin}/a/x`)).text()).toBe('/a /x')
    expect(await (await fetch(`${origin}/b/x`)).text()).toBe('/b /x')
  })

  test('an urlencoded form that Nest has read is a mistake whose cure is named, and cures it', async () => {
    const logged = vi.fn<(error: unknown) => void>()
    const send = async (origin: string): Promise<Response> =>
      await fetch(`${origin}/receive`, { method: 'POST', body: new URLSearchParams({ a: 'b' }) })
    app = await create({ controllers: [routesOf()] })
    nestDecant(app)
    app.useLogger({ log() {}, warn() {}, error: logged })
    expect((await send(await listen(app))).status).toBe(500)
    expect(String(logged.mock.calls[0]?.[0])).toMatch(/^TypeError: .*bodyParser: false/)
    await app.close()
    const cured = await send(await start({}, { bodyParser: false }))
    expect([cured.status, (await cured.json()).code]).toEqual([422, 'missing-file'])
  })

  test('middleware that has read a body before a mounted handler is named', async () => {
    const logged = vi.fn<(error: unknown) => void>()
    app = await create({ controllers: [routesOf()] })
    app.use((request: NodeJS.ReadableStream, _response: unknown, next: () => void) => {
      request.resume().on('end', next)
    })
    nestDecant(app, { '/photos': uploadHandler(photos()) })
    app.useLogger({ log() {}, warn() {}, error: logged })
    expect((await post(`${await listen(app)}/photos`, formOf())).status).toBe(500)
    expect(String(logged.mock.calls[0]?.[0])).toMatch(
      platform === 'Express'
        ? /multer, .* of an app\.use\(\) ran before the handlers of nestDecant\. Call nestDecant above it/
        : /middleware of NestJS\) ran before/,
    )
  })

  test('an app that is initialised already is refused', async () => {
    app = await create({ controllers: [routesOf()] })
    await app.init()
    expect(() => nestDecant(app)).toThrow('Call nestDecant before app.listen() and app.init().')
  })

  test('addresses of proxies are asked for at once', async () => {
    app = await create({ controllers: [routesOf()] })
    expect(() => nestDecant(app, { '/a': place }, { trustProxy: ['nowhere'] })).toThrow('is not an address of a proxy')
  })
})
