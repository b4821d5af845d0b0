import { describe, expect, test } from 'vitest'
import type { UploadError } from '../../errors/upload-error.ts'
import { fromFetchRequest } from '../../http/fetch-request.ts'
import { uploadSet } from '../../policy/upload-set.ts'
import { memoryStorage } from '../../storage/memory/memory-storage.ts'
import { browse } from '../fixtures/browse.ts'
import { formOf, openSite } from '../fixtures/site.ts'
import type { UploadPage } from './page.ts'
import { uploadHandler } from '../upload-handler.ts'

/** A page that shows its view as JSON. */
const PAGE: UploadPage = {
  headers: { 'content-security-policy': "default-src 'self'" },
  render: (view) => JSON.stringify(view),
}
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

describe('HTML', () => {
  test.each([
    [BROWSER, true],
    ['text/html', true],
    ['TEXT/HTML;q=0.5', true],
    ['*/*', false],
    ['text/*', false],
    ['application/json', false],
    ['text/html;q=0', false],
    ['text/html;q=0.5, application/json', false],
    // Java's HttpURLConnection.
    ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', false],
    [undefined, false],
  ])('is sent to a client that accepts %j: %s', async (accept, isHtml) => {
    await using site = await openSite({ page: PAGE, listing: true })
    const header = accept === undefined ? '' : `Accept: ${accept}\r\n`
    for (const target of ['/', '/none.txt', '/?limit=0']) {
      const { headers } = await site.ask(`GET ${target} HTTP/1.1\r\nHost: x\r\n${header}\r\n`)
      expect(headers['content-type']?.startsWith('text/html')).toBe(isHtml)
    }
    const body = '--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nx\r\n--b--\r\n'
    const { status } = await site.ask(
      `POST / HTTP/1.1\r\nHost: x\r\n${header}Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    expect(status).toBe(isHtml ? 303 : 201)
  })

  test.each([
    ['navigate', true],
    ['cors', false],
    ['no-cors', false],
  ])('is for a browser that sends Sec-Fetch-Mode: %s, for any Accept: %s', async (mode, isHtml) => {
    await using site = await openSite({ page: PAGE, listing: true })
    for (const accept of [BROWSER, '*/*']) {
      const asked = `GET / HTTP/1.1\r\nHost: x\r\nSec-Fetch-Mode: ${mode}\r\nAccept: ${accept}\r\n\r\n`
      const { headers } = await site.ask(asked)
      expect(headers['content-type']?.startsWith('text/html')).toBe(isHtml)
    }
  })

  test('is never for a handler without a page', async () => {
    await using site = await openSite({ listing: true })
    expect((await browse(site.origin)).headers.get('content-type')).toBe('application/json')
  })

  test('is shown without files if listing is off, and programs get 405', async () => {
    await using site = await openSite({ page: PAGE })
    await site.set.save(new File(['x'], 'a.txt'))
    const page = await browse(site.origin)
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([200, "default-src 'self'"])
    expect(await page.json()).toMatchObject({ set: 'photos', action: '/', maxFileSize: 100_000, maxFiles: 100 })
    const view: object = await (await browse(site.origin)).json()
    expect(view).not.toHaveProperty('files')
    expect((await fetch(site.origin)).status).toBe(405)
  })

  test('that fails after the files are stored removes them: a client that is told of a failure sends them again', async () => {
    const broken: UploadPage = {
      ...PAGE,
      get url(): string {
        throw new Error('the page is broken')
      },
    }
    await using site = await openSite({ page: broken })
    const form = { method: 'POST', body: formOf(['a.txt', 'x']) }
    expect((await browse(site.origin, form)).status).toBe(500)
    expect(await site.everyFile()).toEqual([])
  })

  test('after an upload is the page again by 303, with a message that is said once', async () => {
    await using site = await openSite({ page: { ...PAGE, url: '/' }, base: '/uploads', listing: true })
    const response = await browse(`${site.origin}/uploads`, {
      method: 'POST',
      body: formOf(['größe; "1".txt', 'hello']),
    })
    expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/; HttpOnly; SameSite=Lax$/)
    const sent = cookie.slice(0, cookie.indexOf(';'))
    const shown = await browse(`${site.origin}/uploads`, { headers: { cookie: `a=b; ${sent}` } })
    expect(await shown.json()).toMatchObject({ flash: 'Uploaded größe; "1".txt (5 bytes).' })
    expect(shown.headers.get('set-cookie')).toMatch(/^decant-flash=; Path=\/; Max-Age=0;/)
    const plain = await browse(`${site.origin}/uploads`)
    expect([plain.headers.get('set-cookie'), await plain.json()]).toEqual([
      null,
      expect.not.objectContaining({ flash: '' }),
    ])
  })

  test.each<[{ base?: string; url?: string }, location: string, cookiePath: string]>([
    [{ base: '/uploads' }, '/uploads', '/drop/uploads'],
    [{ base: '/uploads', url: '/gallery/?tab=new' }, '/gallery/?tab=new', '/drop/gallery/'],
    [{ url: 'https://app.example/gallery' }, 'https://app.example/gallery', '/'],
    [{ base: '/a;b' }, '/a;b', '/'],
  ])(
    'stays below the path that a proxy has stripped, and so does its cookie: %j',
    async ({ base = '', url }, location, cookiePath) => {
      const page = { ...PAGE, ...(url !== undefined && { url }) }
      const handler = uploadHandler(uploadSet('photos', { storage: memoryStorage() }), { base, page, listing: true })
      const ask = async (target: string, init: RequestInit = {}) => {
        const incoming = fromFetchRequest(new Request(`http://x${target}`, init))
        return handler.handle({ ...incoming, prefix: '/drop' })
      }
      const headers = { accept: BROWSER }
      const sent = await ask(base === '' ? '/' : base, { method: 'POST', body: formOf(['a.txt', 'x']), headers })
      expect([sent.status, sent.headers['location']]).toEqual([303, location.replace(/^\//, '/drop/')])
      const cookie = sent.headers['set-cookie'] ?? ''
      expect(cookie).toContain(`; Path=${cookiePath}; `)
      const shown = await ask(`${base}/?limit=1`, { headers: { ...headers, cookie: cookie.replace(/;.*/, '') } })
      expect(shown.headers['set-cookie']).toContain(`decant-flash=; Path=${cookiePath}; Max-Age=0`)
      expect(
        JSON.parse(new TextDecoder().decode(shown.body instanceof Uint8Array ? shown.body : undefined)),
      ).toMatchObject({
        prefix: '/drop',
        action: base === '' ? '/drop' : `/drop${base}`,
        files: [{ url: `/drop${base}/a.txt` }],
      })
    },
  )

  test('counts several files, and keeps the cookie below 4 KiB', async () => {
    await using site = await openSite({ page: PAGE })
    const post = async (...names: string[]) => {
      const body = formOf(...names.map((name) => [name, 'hello'] as const))
      return (await browse(site.origin, { method: 'POST', body })).headers.get('set-cookie') ?? ''
    }
    expect(decodeURIComponent(await post('a.txt', 'b.txt'))).toContain('Uploaded 2 files (10 bytes).')
    const long = await post(`${'界'.repeat(300)}😀${'界'.repeat(200)}.txt`)
    expect(long.length).toBeLessThan(4096)
    expect(decodeURIComponent(long)).toContain('Uploaded 界界')
  })

  test('counts the files of macOS that were left out', async () => {
    await using site = await openSite({ page: PAGE, skipCompanions: true })
    const body = formOf(['a.txt', 'hello'], ['._a.txt', '\0\x05\x16\x07'])
    const cookie = (await browse(site.origin, { method: 'POST', body })).headers.get('set-cookie') ?? ''
    expect(decodeURIComponent(cookie)).toContain(
      'Uploaded a.txt (5 bytes). Left out what macOS keeps beside files (1).',
    )
  })

  test.each(['decant-flash=%E0%A4%A', 'decant-flash', 'decant-flash=', 'other=1'])(
    'a cookie %j says nothing',
    async (cookie) => {
      await using site = await openSite({ page: PAGE })
      const view: object = await (await browse(site.origin, { headers: { cookie } })).json()
      expect(view).not.toHaveProperty('flash')
    },
  )

  test('shows a refusal on the page, with its true status and headers', async () => {
    await using site = await openSite({ page: PAGE, listing: true })
    await site.set.save(new File(['x'], 'old.txt'))
    const large = await browse(site.origin, { method: 'POST', body: formOf(['a.txt', 'x'.repeat(100_001)]) })
    expect([large.status, large.headers.get('content-type')]).toEqual([413, 'text/html; charset=utf-8'])
    expect(await large.json()).toMatchObject({
      problem: { code: 'file-too-large', status: 413, limit: 100_000 },
      files: [{ filename: 'old.txt', url: '/old.txt' }],
    })
    const method = await browse(site.origin, { method: 'PATCH' })
    expect([method.status, method.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS'])
    const head = await browse(`${site.origin}/none.txt`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([404, ''])
  })

  test('lists nothing if `authorize` does not allow it, not even beside a refusal', async () => {
    await using site = await openSite({ page: PAGE, listing: true, authorize: ({ action }) => action === 'upload' })
    await site.set.save(new File(['x'], 'secret.txt'))
    for (const init of [{}, { method: 'POST', body: formOf(['a.exe', 'x']) }]) {
      expect(await (await browse(site.origin, init)).text()).not.toContain('secret')
    }
  })

  test('onError gets the failure of a page, and the client still gets the refusal', async () => {
    const told: UploadError[] = []
    const render = (): string => {
      throw new Error('a mistake in the page')
    }
    await using site = await openSite({ page: { render }, listing: true, onError: (error) => told.push(error) })
    const response = await browse(`${site.origin}/none.txt`)
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    expect(told.map(({ cause }) => cause)).toEqual([new Error('a mistake in the page')])
  })

  test.each(['a\r\nSet-Cookie: x=1.txt', 'a"; filename="b.txt', 'a\u2028b.txt', 'a;b,c.txt'])(
    'the name %j gets into no header',
    async (name) => {
      await using site = await openSite({ page: PAGE })
      const body = `--b\r\nContent-Disposition: form-data; name="f"; filename*=UTF-8''${encodeURIComponent(name)}\r\n\r\nx\r\n--b--\r\n`
      const init = { method: 'POST', body, headers: { 'content-type': 'multipart/form-data; boundary=b' } }
      for (const send of [browse, fetch]) {
        const answer = await send(site.origin, init)
        expect(answer.headers.getSetCookie().join('\n')).toMatch(
          /^(|decant-flash=[\w%.!~*'()-]+; Path=\/; Max-Age=60; HttpOnly; SameSite=Lax)$/,
        )
        expect([201, 303, 400]).toContain(answer.status)
      }
      for (const { key, filename: stored } of (await site.set.list()).files) {
        const { status, headers } = await fetch(`${site.origin}/${encodeURIComponent(key)}`)
        expect([status, headers.get('set-cookie')]).toEqual([200, null])
        expect(headers.get('content-disposition')).toContain('filename')
        expect(stored).toBe(name)
      }
    },
  )
})
