import { describe, expect, test } from 'vitest'
import { uploadSet } from '../policy/upload-set.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { formOf, openSite } from './fixtures/site.ts'
import type { Site } from './fixtures/site.ts'
import { parseOrigin } from '../access/parse-origin.ts'
import { uploadHandler } from './upload-handler.ts'

const ORIGIN = 'https://app.example'

async function preflight(site: Site, origin: string, headers?: string): Promise<Headers> {
  const response = await fetch(`${site.origin}/a.txt`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'PUT',
      'sec-fetch-site': 'cross-site',
      ...(headers !== undefined && { 'access-control-request-headers': headers }),
    },
  })
  expect(response.status).toBe(204)
  return response.headers
}

describe('CORS', () => {
  test('allows an origin of the list to read answers and refusals, and tells caches so', async () => {
    await using site = await openSite({ origins: [ORIGIN], listing: true })
    for (const path of ['/', '/none.txt']) {
      const { headers } = await fetch(site.origin + path, { headers: { origin: ORIGIN } })
      expect(headers.get('access-control-allow-origin')).toBe(ORIGIN)
      expect(headers.get('access-control-allow-credentials')).toBe('true')
      expect(headers.get('access-control-expose-headers')).toMatch(/location.*repr-digest/)
      expect(headers.get('vary')).toBe('Origin')
    }
  })

  test('lets a page read Retry-After and the other headers of a refusal', async () => {
    await using site = await openSite({ origins: [ORIGIN] })
    const { headers } = await fetch(site.origin, { headers: { origin: ORIGIN } })
    const exposed = headers.get('access-control-expose-headers')?.split(', ')
    expect(exposed).toEqual(expect.arrayContaining(['retry-after', 'allow', 'www-authenticate', 'accept-encoding']))
  })

  test.each([
    'https://evil.example',
    'null',
    'https://app.example.evil.example',
    'HTTPS://app.example',
    'capacitor://x',
    '*',
  ])('gives %s, which is not listed, no permission to read the answer', async (origin) => {
    await using site = await openSite({ origins: [ORIGIN, 'capacitor://localhost'], listing: true })
    const all = [
      (await fetch(site.origin, { headers: { origin } })).headers,
      await preflight(site, origin, 'authorization'),
    ]
    for (const headers of all) {
      const names = [...headers.keys()].filter((name) => name.startsWith('access-control-'))
      expect([names, headers.get('vary')]).toEqual([[], expect.stringMatching(/^Origin\b/)])
    }
  })

  test('is off without origins', async () => {
    await using site = await openSite({ listing: true })
    const { headers } = await fetch(site.origin, { headers: { origin: ORIGIN } })
    expect([headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([null, null])
  })
})

describe('a preflight of an allowed origin', () => {
  test('gets the methods and the headers that it asks for', async () => {
    await using site = await openSite({ origins: [ORIGIN] })
    const headers = await preflight(site, ORIGIN, 'content-type,x-csrf-token, sentry-trace')
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(headers.get('access-control-allow-methods')).toBe('GET, HEAD, PUT, OPTIONS')
    expect(headers.get('access-control-allow-headers')).toBe('content-type, x-csrf-token, sentry-trace')
    expect(headers.get('vary')).toBe('Origin, Access-Control-Request-Headers')
  })

  test('allows only those of them that allowedHeaders names, in any case', async () => {
    await using site = await openSite({ origins: [ORIGIN], allowedHeaders: ['Content-Type', 'x-csrf-token'] })
    const headers = await preflight(site, ORIGIN, 'content-type, X-CSRF-Token, authorization')
    expect(headers.get('access-control-allow-headers')).toBe('content-type, X-CSRF-Token')
    expect((await preflight(site, ORIGIN, 'authorization')).get('access-control-allow-headers')).toBeNull()
  })

  test('does not get back text that cannot be the name of a header', async () => {
    await using site = await openSite({ origins: [ORIGIN] })
    const headers = await preflight(site, ORIGIN, 'x-a, x b, "x", ,x:y')
    expect(headers.get('access-control-allow-headers')).toBe('x-a')
    expect((await preflight(site, ORIGIN)).get('access-control-allow-headers')).toBeNull()
  })
})

describe('origins', () => {
  const LISTED = [
    'https://app.example',
    'http://localhost:5173',
    'http://[::1]:8080',
    'capacitor://localhost',
    'ionic://localhost',
    'tauri://localhost',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'moz-extension://3f5a6b1c-0d2e-4f60-8a71-92b3c4d5e6f7',
    'safari-web-extension://3F5A6B1C-0D2E-4F60-8A71-92B3C4D5E6F7',
    'app://obsidian.md',
  ]

  test.each(LISTED)('may hold %s, whose pages then upload and read the answer', async (origin) => {
    await using site = await openSite({ origins: [origin] })
    for (const fetchSite of [{ 'sec-fetch-site': 'cross-site' }, {}]) {
      const headers = { origin, ...fetchSite }
      const { status, headers: answer } = await fetch(site.origin, {
        method: 'POST',
        body: formOf(['a.txt', 'x']),
        headers,
      })
      expect([status, answer.get('access-control-allow-origin')]).toEqual([201, origin])
    }
  })

  test.each([
    'null',
    '*',
    'https://*.app.example',
    'https://app.example/',
    'https://app.example:443',
    'HTTPS://app.example',
    'https://App.example',
    'https://app.example/path',
    'https://user@app.example',
    'app.example',
    '//app.example',
    'https://',
    'file://',
    'file://host',
    'data://x',
    'capacitor://',
    'capacitor://localhost/',
    'capacitor://localhost:1:2',
    'capacitor://a, https://b.example',
    'chrome-extension://a b',
    '',
  ])('do not hold %j', (origin) => {
    expect(() => parseOrigin(origin)).toThrow(TypeError)
    expect(() => parseOrigin(origin)).toThrow(
      `${JSON.stringify(origin)} is not a valid origin. Write "https://app.example"`,
    )
  })
})

test.each(['*', '', 'a b', 'x:', 'ä'])('allowedHeaders do not hold %j', (name) => {
  const make = () => uploadHandler(uploadSet('a', { storage: memoryStorage() }), { allowedHeaders: [name] })
  expect(make).toThrow(TypeError)
  expect(make).toThrow(`allowedHeaders: ${JSON.stringify(name)} is not the name of a header.`)
})
