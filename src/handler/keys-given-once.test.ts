import { describe, expect, test } from 'vitest'
import { fetchHandler } from '../adapters/fetch/fetch-handler.ts'
import { uploadSet } from '../policy/upload-set.ts'
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
    ['the form of a set that takes one file', 1, {}, { maxFiles: 1 }, () => post(formOf(['a.txt', LARGE]))],
    ['a form that may have several files', 0, {}, {}, () => post(formOf(['a.txt', LARGE]))],
    ['a form of several files', 0, {}, {}, () => post(formOf(['a.txt', LARGE], ['b.txt', LARGE]))],
    ['a body with the hook `stored`', 0, { stored: () => {} }, {}, () => post(LARGE)],
    ['a form with that hook', 0, { stored: () => {} }, { maxFiles: 1 }, () => post(formOf(['a.txt', LARGE]))],
  ])('of %s is told %i keys', async (_, count, options, policy, request) => {
    const { storage, ask } = siteOf(options, policy)
    expect((await ask('/', request())).status).toBe(201)
    expect(storage.intents).toHaveLength(count)
    for (const { key } of storage.intents) expect(await storage.stat(key)).toBeDefined()
  })
})
