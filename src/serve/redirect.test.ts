import { describe, expect, test } from 'vitest'
import { signedLinks } from '../access/signed-links.ts'
import { fetchHandler } from '../adapters/fetch/fetch-handler.ts'
import { UploadError } from '../errors/upload-error.ts'
import { serveHandler } from '../handler/fixtures/form-site.ts'
import { uploadHandler } from '../handler/upload-handler.ts'
import type { UploadHandlerOptions } from '../handler/upload-handler-options.ts'
import type { RequestHandler } from '../http/outgoing.ts'
import { ALL } from '../media/extension-rule.ts'
import { uploadSet } from '../policy/upload-set.ts'
import type { UploadSet } from '../policy/upload-set.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { OpenFile } from '../storage/storage.ts'
import { redirectingStorage } from '../testing/fixtures/redirecting-storage.ts'
import type { RedirectingStorage } from '../testing/fixtures/redirecting-storage.ts'
import { fileServer } from './file-server.ts'
import { serveFile } from './serve-file.ts'
import type { ServeOptions } from './serve-file.ts'

const TEXT = '0123456789'

interface Site extends AsyncDisposable, Pick<RedirectingStorage, 'asked' | 'open'> {
  readonly set: UploadSet
  /** The origin of the server that serves the files. */
  readonly engine: string
  /** Asks the handler, and follows no redirect. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>
}

async function openSite(toHandler: (set: UploadSet) => RequestHandler): Promise<Site> {
  const engine = await redirectingStorage()
  const set = uploadSet('test', { storage: engine.storage, extensions: ALL, content: 'trust' })
  const answer = fetchHandler(toHandler(set))
  return {
    set,
    engine: engine.origin,
    asked: engine.asked,
    open: engine.open,
    ask: (path, init) => answer(new Request(`http://localhost${path}`, init)),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  }
}

function siteOf(options: UploadHandlerOptions = {}): Promise<Site> {
  return openSite((set) => uploadHandler(set, options))
}

describe('a file that another server serves', () => {
  test('is sent from here to a client that compares the ETag or the time of this server', async () => {
    await using site = await siteOf()
    await site.set.save(new Blob([TEXT]), { name: 'a.txt' })
    const { headers } = await site.ask('/a.txt', { method: 'HEAD' })
    const [etag, time] = [headers.get('etag') ?? '', headers.get('last-modified') ?? '']
    for (const condition of [{ 'if-match': etag }, { 'if-unmodified-since': time }]) {
      expect((await site.ask('/a.txt', { headers: condition })).status).toBe(200)
    }
    const part = await site.ask('/a.txt', { headers: { range: 'bytes=1-2', 'if-range': etag } })
    expect([part.status, await part.text()]).toEqual([206, '12'])
    expect(site.asked).toEqual([])
  })

  test('is redirected to after a GET, with an answer that is not kept and has no content', async () => {
    await using site = await siteOf()
    await site.set.save(new Blob([TEXT]), { name: 'a.txt' })
    const answer = await site.ask('/a.txt')
    expect(answer.status).toBe(307)
    expect(await answer.text()).toBe('')
    expect(Object.fromEntries(answer.headers)).toEqual({
      location: expect.stringContaining(`${site.engine}/a.txt?`),
      'cache-control': 'no-store',
      'content-length': '0',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    expect(site.asked).toEqual([
      {
        contentType: 'text/plain; charset=utf-8',
        contentDisposition: 'inline; filename=a.txt',
        cacheControl: 'private, no-cache',
      },
    ])
    expect([...site.open]).toEqual([])
  })

  test('has its bytes, type and name there, for a client that follows the redirect', async () => {
    await using engine = await redirectingStorage()
    const set = uploadSet('test', { storage: engine.storage, extensions: ALL, content: 'trust' })
    await using server = await serveHandler(uploadHandler(set))
    await set.save(new Blob([TEXT]), { name: 'a.txt', filename: 'Ä ü.txt' })
    const answer = await fetch(`${server.origin}/a.txt`)
    expect([answer.status, answer.redirected, await answer.text()]).toEqual([200, true, TEXT])
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toContain("filename*=UTF-8''%C3%84%20%C3%BC.txt")
    const part = await fetch(`${server.origin}/a.txt`, { headers: { range: 'bytes=2-4' } })
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 2-4/10', '234'])
    const etag = answer.headers.get('etag') ?? ''
    const same = await fetch(`${server.origin}/a.txt`, { headers: { range: 'bytes=-3', 'if-range': etag } })
    expect([same.status, await same.text()]).toEqual([206, '789'])
    const other = await fetch(`${server.origin}/a.txt`, { headers: { range: 'bytes=-3', 'if-range': '"other"' } })
    expect([other.status, await other.text()]).toEqual([200, TEXT])
  })

  test('is an attachment there if the client asks for a download, and has the cache rules of the handler', async () => {
    await using site = await siteOf({ maxAge: 60, immutable: true, public: true })
    await site.set.save(new Blob([TEXT]), { name: 'a.txt' })
    expect((await site.ask('/a.txt?download')).status).toBe(307)
    expect(site.asked).toMatchObject([
      { contentDisposition: 'attachment; filename=a.txt', cacheControl: 'public, max-age=60, immutable' },
    ])
  })

  test('is not redirected to if it is empty, and HEAD tells everything from here', async () => {
    await using site = await siteOf()
    await site.set.save(new Blob(['']), { name: 'empty.txt' })
    await site.set.save(new Blob([TEXT]), { name: 'a.txt' })
    expect((await site.ask('/empty.txt')).status).toBe(200)
    const head = await site.ask('/a.txt', { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), head.headers.get('etag')]).toEqual([
      200,
      '10',
      expect.stringMatching(/^"/),
    ])
    expect(site.asked).toEqual([])
    expect([...site.open]).toEqual([])
  })

  test.each<[number, Record<string, string>]>([
    [304, { 'if-none-match': '*' }],
    [412, { 'if-match': '"other"' }],
    [416, { range: 'bytes=10-' }],
  ])('is not redirected to if the answer is %i', async (status, headers) => {
    await using site = await siteOf()
    await site.set.save(new Blob([TEXT]), { name: 'a.txt' })
    const answer = await site.ask('/a.txt', { headers })
    expect([answer.status, answer.headers.get('location')]).toEqual([status, null])
    expect(site.asked).toEqual([])
    expect([...site.open]).toEqual([])
  })

  test('is redirected to for clients that may fetch it alone', async () => {
    await using site = await siteOf({
      authorize: ({ request }) => request instanceof Request && request.headers.has('x-user'),
    })
    await site.set.save(new Blob([TEXT]), { name: 'a.txt' })
    expect((await site.ask('/a.txt')).status).toBe(403)
    expect((await site.ask('/b.txt', { headers: { 'x-user': 'ann' } })).status).toBe(404)
    expect(site.asked).toEqual([])
    expect((await site.ask('/a.txt', { headers: { 'x-user': 'ann' } })).status).toBe(307)
  })

  test('is redirected to by a signed link that opens it, also behind a scope', async () => {
    const links = signedLinks({ secret: 'x'.repeat(32) })
    await using site = await siteOf({ links, scope: () => 'bob', authorize: () => false })
    const handler = uploadHandler(site.set, { scope: () => 'bob', links })
    const file = await site.set.save(new Blob([TEXT]), { name: 'a.txt', folder: 'ann' })
    const url = await links.sign(file, handler.url(file))
    expect((await site.ask(url)).headers.get('location')).toContain(`${site.engine}/ann%2Fa.txt?`)
    const expired = await links.sign(file, handler.url(file), { expiresAt: new Date(0) })
    expect([(await site.ask(expired)).status, (await site.ask(`${url}x`)).status]).toEqual([410, 403])
    await site.set.delete(file)
    await site.set.save(new Blob(['another']), { name: 'a.txt', folder: 'ann' })
    expect((await site.ask(url)).status).toBe(410)
    expect(site.asked).toHaveLength(1)
    expect([...site.open]).toEqual([])
  })

  test('is answered from here behind a scope, since the other URL would tell the folder', async () => {
    await using site = await siteOf({ scope: () => 'ann' })
    await site.set.save(new Blob([TEXT]), { name: 'a.txt', folder: 'ann' })
    const answer = await site.ask('/a.txt')
    expect([answer.status, await answer.text()]).toEqual([200, TEXT])
    expect(site.asked).toEqual([])
  })

  test('is redirected to by a file server', async () => {
    await using engine = await redirectingStorage()
    const set = uploadSet('test', { storage: engine.storage })
    await set.save(new Blob([TEXT]), { name: 'a.txt' })
    const answer = fetchHandler(fileServer({ '/files': engine.storage }, { maxAge: 60 }))
    const redirect = await answer(new Request('http://localhost/files/a.txt'))
    expect([redirect.status, redirect.headers.get('cache-control')]).toEqual([307, 'no-store'])
    expect(engine.asked).toMatchObject([{ cacheControl: 'public, max-age=60' }])
    const local = fetchHandler(fileServer({ '/files': engine.storage }, { redirect: false }))
    const sent = await local(new Request('http://localhost/files/a.txt'))
    expect([sent.status, await sent.text()]).toEqual([200, TEXT])
  })
})

describe('a file of an active type that another server serves', () => {
  async function serve(name: string, options: ServeOptions = {}) {
    const engine = await redirectingStorage()
    await using _ = engine
    const set = uploadSet('test', { storage: engine.storage, extensions: ALL, content: 'trust' })
    const file = await set.open(await set.save(new Blob(['<p>']), { name }))
    if (file === undefined) throw new Error('It was not stored.')
    const { status } = await serveFile({ method: 'GET', header: () => undefined }, file, options)
    return { status, asked: engine.asked }
  }

  test.each(['a.html', 'a.svg', 'a.xml', 'a.xhtml', 'a.mht'])('is an attachment there: %s', async (name) => {
    const { status, asked } = await serve(name)
    expect([status, asked[0]?.contentDisposition]).toEqual([307, `attachment; filename=${name}`])
  })

  test('is sent from here, in a sandbox, if the application wants to show it', async () => {
    expect(await serve('a.html', { disposition: 'inline' })).toEqual({ status: 200, asked: [] })
    expect(await serve('a.txt', { disposition: 'inline', type: 'text/html' })).toEqual({ status: 200, asked: [] })
    expect((await serve('a.png', { disposition: 'inline' })).status).toBe(307)
  })

  test('is a text there if it is a script', async () => {
    const { asked } = await serve('a.js')
    expect(asked).toMatchObject([{ contentType: 'text/plain; charset=utf-8' }])
  })
})

test('a file is closed if its storage cannot tell the URL of the other server', async () => {
  const storage = memoryStorage()
  const set = uploadSet('test', { storage })
  const { key } = await set.save(new Blob([TEXT]), { name: 'a.txt' })
  const inner = await storage.open(key)
  if (inner === undefined) throw new Error('It was not stored.')
  let isClosed = false
  const file: OpenFile = {
    entry: inner.entry,
    stream: (start, end) => inner.stream(start, end),
    location: () => Promise.reject(new UploadError('storage-failed', {})),
    async close() {
      isClosed = true
    },
  }
  const answer = serveFile({ method: 'GET', header: () => undefined }, file)
  await expect(answer).rejects.toMatchObject({ code: 'storage-failed' })
  expect(isClosed).toBe(true)
})
