import { describe, expect, test } from 'vitest'
import { signedLinks } from '../access/signed-links.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { openSite } from './fixtures/site.ts'
import type { SiteOptions } from './fixtures/site.ts'
import type { UploadHandlerOptions } from './upload-handler-options.ts'
import { uploadHandler } from './upload-handler.ts'

const ORIGINS = { origins: ['https://app.example'] }
const AUTHORIZED = { authorize: () => true }
const links = signedLinks({ secret: 'x'.repeat(32), expiresInMs: 60_000 })

/** The header of an answer with a picture, fetched by its plain URL or by a signed link. */
async function fetchPicture(options: SiteOptions, how: 'plainly' | 'by link' = 'plainly'): Promise<Headers> {
  await using site = await openSite({ links, ...options })
  const file = await site.set.save(new File(['GIF89a'], 'a.gif'))
  const url = how === 'plainly' ? '/a.gif' : await links.sign(file, '/a.gif')
  const { status, headers } = await fetch(site.origin + url, { headers: { 'sec-fetch-site': 'cross-site' } })
  expect(status).toBe(200)
  // A download has the same headers.
  const download = await fetch(`${site.origin}${url}${url.includes('?') ? '&' : '?'}download`)
  for (const name of ['cross-origin-resource-policy', 'cache-control']) {
    expect(download.headers.get(name)).toBe(headers.get(name))
  }
  return headers
}

describe('a picture on the page of another site', () => {
  test.each<[string, SiteOptions, 'plainly' | 'by link', string]>([
    ['is not shown without origins', {}, 'plainly', 'same-origin'],
    ['is not shown without origins, not by a link either', {}, 'by link', 'same-origin'],
    ['is shown with origins if it is open to all', ORIGINS, 'plainly', 'cross-origin'],
    ['is shown with origins if a link has opened it', { ...ORIGINS, ...AUTHORIZED }, 'by link', 'cross-origin'],
    ['is not shown if authorize has let it out', { ...ORIGINS, ...AUTHORIZED }, 'plainly', 'same-origin'],
    [
      'is shown if the option says so',
      { ...AUTHORIZED, crossOriginResourcePolicy: 'cross-origin' },
      'plainly',
      'cross-origin',
    ],
    [
      'is not shown if the option says so',
      { ...ORIGINS, crossOriginResourcePolicy: 'same-site' },
      'plainly',
      'same-site',
    ],
  ])('%s', async (_, options, how, policy) => {
    expect((await fetchPicture(options, how)).get('cross-origin-resource-policy')).toBe(policy)
  })
})

describe('a file is kept by', () => {
  const FOR_EVER = { maxAge: 31_536_000, immutable: true }

  test.each<[string, SiteOptions, 'plainly' | 'by link', string]>([
    ['its client alone, which asks again', {}, 'plainly', 'private, no-cache'],
    ['its client for an hour', { maxAge: 3600 }, 'plainly', 'private, max-age=3600'],
    ['its client for ever', FOR_EVER, 'plainly', 'private, max-age=31536000, immutable'],
    ['all caches for ever', { ...FOR_EVER, public: true }, 'plainly', 'public, max-age=31536000, immutable'],
    [
      'its client alone if a link opened it',
      { ...FOR_EVER, public: true },
      'by link',
      'private, max-age=31536000, immutable',
    ],
    [
      'its client alone if authorize let it out',
      { ...FOR_EVER, ...AUTHORIZED },
      'plainly',
      'private, max-age=31536000, immutable',
    ],
  ])('%s', async (_, options, how, cacheControl) => {
    expect((await fetchPicture(options, how)).get('cache-control')).toBe(cacheControl)
  })

  test.each<[UploadHandlerOptions, string]>([
    [{ public: true, ...AUTHORIZED }, '"public" lets caches hand out files without asking "authorize"'],
    [{ maxAge: -1 }, 'maxAge must be a whole number of seconds'],
    [{ maxAge: 0.5 }, 'maxAge must be a whole number of seconds'],
  ])('no cache, since options that contradict each other are a TypeError at start: %j', (options, message) => {
    const make = () => uploadHandler(uploadSet('a', { storage: memoryStorage() }), options)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
