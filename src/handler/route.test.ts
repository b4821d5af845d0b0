import { describe, expect, test } from 'vitest'
import { fromFetchRequest } from '../http/fetch-request.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { formOf, openSite } from './fixtures/site.ts'
import { uploadHandler } from './upload-handler.ts'

const HOST = 'Host: x'
const EVERYTHING = { listing: true, deletion: true }

// oxlint-disable-next-line typescript/no-explicit-any -- answers are read as a program would
async function json(response: Response): Promise<any> {
  return response.json()
}

describe('methods', () => {
  test.each([
    ['/', {}, 'POST, OPTIONS'],
    ['/', EVERYTHING, 'GET, HEAD, POST, OPTIONS'],
    ['/a.txt', {}, 'GET, HEAD, PUT, OPTIONS'],
    ['/a.txt', EVERYTHING, 'GET, HEAD, PUT, DELETE, OPTIONS'],
  ])('OPTIONS %s with %j allows %s, and every other method is 405', async (path, options, allow) => {
    await using site = await openSite(options)
    const response = await fetch(site.origin + path, { method: 'OPTIONS' })
    expect([response.status, response.headers.get('allow'), await response.text()]).toEqual([204, allow, ''])
    for (const method of ['PATCH', 'PROPFIND', 'GET', 'POST', 'PUT', 'DELETE']) {
      if (allow.split(', ').includes(method)) continue
      const refused = await fetch(site.origin + path, { method })
      expect([method, refused.status, refused.headers.get('allow')]).toEqual([method, 405, allow])
    }
  })

  test.each(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s outside the base is 404', async (method) => {
    await using site = await openSite({ base: '/photos', ...EVERYTHING })
    for (const path of ['/', '/other', '/photosx', '/photosx/a.txt', '/Photos/a.txt']) {
      expect((await fetch(site.origin + path, { method })).status).toBe(404)
    }
  })

  test('a base that the framework has stripped already is a failure that names the fix', async () => {
    const told: unknown[] = []
    const set = uploadSet('photos', { storage: memoryStorage() })
    const handler = uploadHandler(set, { base: '/photos', onError: ({ cause }) => told.push(cause) })
    const ask = async (path: string) =>
      (await handler.handle(fromFetchRequest(new Request(`http://x${path}`), { mount: '/photos' }))).status
    expect(await ask('/a.txt')).toBe(500)
    expect(told).toEqual([
      expect.objectContaining({ name: 'TypeError', message: expect.stringContaining('Leave out') }),
    ])
    // A mount that only looks like it is allowed.
    expect(await ask('/photos/a.txt')).toBe(404)
    expect(told).toHaveLength(1)
  })

  test.each(['/', '/?limit=0', '/a.txt', '/none', '/%2F', '/a.txt?download'])(
    'HEAD %s has the headers of GET and no body',
    async (target) => {
      await using site = await openSite({ listing: true })
      await site.set.save(new File(['hello'], 'a.txt'))
      const get = await site.ask(`GET ${target} HTTP/1.1\r\n${HOST}\r\n\r\n`)
      const head = await site.ask(`HEAD ${target} HTTP/1.1\r\n${HOST}\r\nConnection: keep-alive\r\n\r\n`)
      const { date: _, ...headers } = get.headers
      expect(head).toMatchObject({ status: get.status, headers })
      expect(head.body.length).toBe(0)
    },
  )

  test('a GET with a body is answered like any other', async () => {
    await using site = await openSite()
    await site.set.save(new File(['hello'], 'a.txt'))
    const answer = await site.ask(`GET /a.txt HTTP/1.1\r\n${HOST}\r\nContent-Length: 4\r\n\r\nbody`)
    expect(answer.body.toString()).toBe('hello')
  })
})

describe('URLs', () => {
  test.each([
    '/%2F',
    '/a%2Fb.txt',
    '/..%2fb.txt',
    '/a%5Cb.txt',
    '/a\\b.txt',
    '/../b.txt',
    '/%2e%2e/b.txt',
    '/./a.txt',
    '/.decant',
    '/.decant/version',
    '/%2edecant/records',
    '/.uploads/0123456789abcdef0123456789abcdef',
    '/folder/.hidden',
    '/a.txt%00',
    '/%00',
    '/%E0%A4%A',
    '/%',
    '//a.txt',
    '/a//b.txt',
    '/%E2%80%8D.decant',
    '/.',
    '/..',
    `/${'a'.repeat(300)}.txt`,
    '/a.txt/',
  ])('%s is never a file', async (target) => {
    await using site = await openSite(EVERYTHING)
    await site.set.save(new File(['secret'], 'a.txt'))
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const answer = await site.ask(`${method} ${target} HTTP/1.1\r\n${HOST}\r\nContent-Length: 1\r\n\r\nx`)
      expect([400, 404]).toContain(answer.status)
      expect(answer.body.toString()).not.toContain('secret')
      expect(answer.body.toString()).not.toContain(site.folder)
    }
    expect((await site.set.list()).files.map(({ key }) => key)).toEqual(['a.txt'])
  })

  test('several sets stand below the base, each by its name', async () => {
    await using site = await openSite({
      base: '/files/',
      sets: (photos) => ({ photos, größen: photos }),
      listing: true,
    })
    const created = await json(
      await fetch(`${site.origin}/files/photos`, { method: 'POST', body: formOf(['a.txt', 'x']) }),
    )
    expect(created.files[0].url).toBe('/files/photos/a.txt')
    for (const path of ['/files/photos/a.txt', '/files/photos', '/files/photos/', '/files/gr%C3%B6%C3%9Fen/a.txt']) {
      expect((await fetch(site.origin + path)).status).toBe(200)
    }
    for (const path of [
      '/files',
      '/files/',
      '/files/docs',
      '/files/docs/a.txt',
      '/files/constructor',
      '/files/%',
      '/photos',
    ]) {
      expect((await fetch(site.origin + path)).status).toBe(404)
    }
  })

  test.each(['', '/', '/photos', '/photos/', '/büro'])('base %j gives URLs that lead back', async (base) => {
    await using site = await openSite({ base, listing: true })
    const there = site.origin + base.replace(/\/$/, '')
    const { files } = await json(await fetch(there, { method: 'POST', body: formOf(['ä?#%.txt', 'x']) }))
    expect(await (await fetch(site.origin + files[0].url)).text()).toBe('x')
    expect((await json(await fetch(`${there}/`))).files[0].url).toBe(files[0].url)
  })

  test('a path that a framework has stripped comes back in URLs', async () => {
    const photos = uploadSet('photos', { storage: memoryStorage() })
    const handler = uploadHandler(photos)
    const request = new Request('http://x/a.txt', { method: 'PUT', body: 'x' })
    const { headers } = await handler.handle(fromFetchRequest(request, { mount: '/mounted/here' }))
    expect(headers['location']).toBe('/mounted/here/a.txt')
  })

  test('a path that proxies have stripped comes back in URLs, before one that a framework has stripped', async () => {
    const handler = uploadHandler(uploadSet('photos', { storage: memoryStorage() }), { base: '/photos', listing: true })
    const ask = async (target: string, init: RequestInit = {}) => {
      const incoming = fromFetchRequest(new Request(`http://x${target}`, init), { mount: '/mounted' })
      return handler.handle({ ...incoming, prefix: '/drop' })
    }
    for (const name of ['a.txt', 'b.txt']) {
      const { headers } = await ask(`/photos/${name}`, { method: 'PUT', body: 'x' })
      expect(headers['location']).toBe(`/drop/mounted/photos/${name}`)
    }
    const { body } = await ask('/photos?limit=1&order=name')
    expect(JSON.parse(new TextDecoder().decode(body instanceof Uint8Array ? body : undefined))).toEqual({
      files: [expect.objectContaining({ url: '/drop/mounted/photos/a.txt' })],
      next: expect.stringMatching(/^\/drop\/mounted\/photos\?limit=1&order=name&cursor=/),
    })
  })
})

test.each([
  [() => uploadHandler({}), 'at least one'],
  [() => uploadHandler({ 'a/b': uploadSet('a', { storage: memoryStorage() }) }), 'a/b'],
  [() => uploadHandler({ '.a': uploadSet('a', { storage: memoryStorage() }) }), '.a'],
  [() => uploadHandler({ '': uploadSet('a', { storage: memoryStorage() }) }), '""'],
  [() => uploadHandler(uploadSet('a', { storage: memoryStorage() }), { base: 'photos' }), 'slash'],
  [() => uploadHandler(uploadSet('a', { storage: memoryStorage() }), { base: '//evil.example' }), 'slash'],
  [() => uploadHandler(uploadSet('a', { storage: memoryStorage() }), { base: '/a/../b' }), 'dot segments'],
  [() => uploadHandler(uploadSet('a', { storage: memoryStorage() }), { origins: ['https://a.example/'] }), 'origin'],
  [() => uploadHandler(uploadSet('a', { storage: memoryStorage() }), { origins: ['null'] }), 'origin'],
  [() => uploadHandler(uploadSet('a', { storage: memoryStorage() }), { maxFields: Number.NaN }), 'maxFields'],
])('misuse %# is a TypeError at the start', (make, message) => {
  expect(make).toThrow(TypeError)
  expect(make).toThrow(message)
})
