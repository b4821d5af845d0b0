import { describe, expect, test } from 'vitest'
import { fetchHandler } from '../adapters/fetch/fetch-handler.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { UploadSetOptions } from '../policy/upload-set-options.ts'
import { onceStorage } from '../testing/fixtures/once-storage.ts'
import type { OnceStorage } from '../testing/fixtures/once-storage.ts'
import { formOf } from './fixtures/site.ts'
import { uploadHandler } from './upload-handler.ts'
import type { UploadHandlerOptions } from './upload-handler-options.ts'

const LARGE = 'a'.repeat(100_000)

interface Site {
  readonly storage: OnceStorage
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>
}

/** A handler in front of a storage that gives each key once. */
function siteOf(options: UploadHandlerOptions = {}, policy: Partial<UploadSetOptions> = {}): Site {
  const storage = onceStorage()
  const answer = fetchHandler(uploadHandler(uploadSet('test', { storage, ...policy }), options))
  return { storage, ask: (path, init) => answer(new Request(`http://localhost${path}`, init)) }
}

function post(body: string | FormData, type?: string): RequestInit {
  return typeof body === 'string'
    ? {
        method: 'POST',
        headers: { 'content-disposition': 'attachment; filename="a.txt"', 'content-type': type ?? 'text/plain' },
        body,
      }
    : { method: 'POST', body }
}

describe('a storage that wants to know keys early', () => {
  test.each<[string, number, UploadHandlerOptions, Partial<UploadSetOptions>, () => RequestInit]>([
    ['a body that is the file itself', 1, {}, {}, () => post(LARGE)],
    ['a form of one file', 1, {}, {}, () => post(formOf(['a.txt', LARGE]))],
    ['a form of several files', 2, {}, {}, () => post(formOf(['a.txt', LARGE], ['b.txt', LARGE]))],
    ['a body with the hook `stored`', 0, { stored: () => {} }, {}, () => post(LARGE)],
    ['a form with that hook', 0, { stored: () => {} }, {}, () => post(formOf(['a.txt', LARGE]))],
  ])('of %s is told %i keys', async (_, count, options, policy, request) => {
    const { storage, ask } = siteOf(options, policy)
    expect((await ask('/', request())).status).toBe(201)
    expect(storage.intents).toHaveLength(count)
    for (const { key } of storage.intents) expect(await storage.stat(key)).toBeDefined()
  })
})

describe('PUT to a set whose storage gives each key once', () => {
  const ORIGIN = 'https://app.example'
  const key = `${'f'.repeat(32)}/a.txt`

  test('is 405 with the other methods, and says how to send the file', async () => {
    const { ask, storage } = siteOf({ deletion: true })
    const answer = await ask(`/${key}`, { method: 'PUT', body: 'x' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, DELETE, OPTIONS'])
    const problem = await answer.text()
    expect(problem).toContain('post the file to the URL of the set, with its filename in Content-Disposition')
    expect(await storage.list()).toEqual({ entries: [] })
    const toSet = await ask('/', { method: 'PUT', body: 'x' })
    expect([toSet.status, toSet.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    expect(await toSet.text()).toContain('post the file to this URL')
  })

  test('is offered by no answer', async () => {
    const { ask } = siteOf({ origins: [ORIGIN] })
    const options = await ask(`/${key}`, { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS'])
    const preflight = { origin: ORIGIN, 'access-control-request-method': 'PUT' }
    const allowed = await ask(`/${key}`, { method: 'OPTIONS', headers: preflight })
    expect(allowed.headers.get('access-control-allow-methods')).toBe('GET, HEAD, OPTIONS')
    const nameless = await ask('/', { method: 'POST', body: new Blob(['x'], { type: 'image/png' }) })
    expect(nameless.status).toBe(400)
    expect(await nameless.text()).not.toContain('PUT')
  })

  test('is taken by a set beside it whose storage gives keys again', async () => {
    const sets = {
      once: uploadSet('once', { storage: onceStorage() }),
      again: uploadSet('again', { storage: memoryStorage() }),
    }
    const answer = fetchHandler(uploadHandler(sets))
    const put = (path: string) => answer(new Request(`http://localhost${path}`, { method: 'PUT', body: 'x' }))
    expect([(await put('/once/a.txt')).status, (await put('/again/a.txt')).status]).toEqual([405, 201])
  })
})

describe('a file whose key is given once', () => {
  test('is listed, served and deleted by the URL in the answer, also on a condition', async () => {
    const { ask } = siteOf({ deletion: true, listing: true })
    const created = await ask('/', post('text'))
    const url = created.headers.get('location') ?? ''
    expect(url).toMatch(/^\/[0-9a-f]{32}\/a\.txt$/)
    expect(await (await ask('/')).json()).toMatchObject({ files: [{ url }] })
    const got = await ask(url)
    expect(await got.text()).toBe('text')
    const etag = got.headers.get('etag') ?? ''
    const remove = async (condition: string) =>
      (await ask(url, { method: 'DELETE', headers: { 'if-match': condition } })).status
    expect([await remove('"other"'), await remove(etag), await remove(etag)]).toEqual([412, 204, 404])
    expect((await ask(url)).status).toBe(404)
  })
})
