import { describe, expect, test } from 'vitest'
import type { UploadRequest } from '../access/upload-request.ts'
import { UploadError } from '../errors/upload-error.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { formOf, openSite } from './fixtures/site.ts'

const HOST = 'Host: x'

describe('authorize', () => {
  test('is called for each action with the right key', async () => {
    const asked: Omit<UploadRequest, 'request'>[] = []
    const authorize = ({ request, ...question }: UploadRequest): boolean => {
      expect(request).toHaveProperty('headers')
      asked.push(question)
      return true
    }
    await using site = await openSite({ authorize, listing: true, deletion: true })
    await fetch(site.origin, { method: 'POST', body: formOf(['a.txt', 'x']) })
    await fetch(`${site.origin}/b.txt`, { method: 'PUT', body: 'x' })
    await fetch(site.origin)
    await fetch(`${site.origin}/a.txt`)
    await fetch(`${site.origin}/a.txt`, { method: 'HEAD' })
    await fetch(`${site.origin}/a.txt`, { method: 'DELETE' })
    await fetch(site.origin, { method: 'OPTIONS' })
    const everyone = { set: 'photos', context: undefined, scope: '' }
    expect(asked).toEqual([
      { action: 'upload', ...everyone, key: undefined },
      { action: 'upload', ...everyone, key: 'b.txt' },
      // These calls ask if the client may learn that a name is taken before the file has come.
      { action: 'fetch', ...everyone, key: 'b.txt' },
      { action: 'list', ...everyone, key: undefined },
      { action: 'fetch', ...everyone, key: 'a.txt' },
      { action: 'fetch', ...everyone, key: 'a.txt' },
      { action: 'delete', ...everyone, key: 'a.txt' },
    ])
  })

  test.each([
    ['false', () => false, 403, 'forbidden'],
    ['a promise of false', async () => false, 403, 'forbidden'],
    // A hook without types may return these.
    ['nothing', () => JSON.parse('null'), 403, 'forbidden'],
    ['1', () => JSON.parse('1'), 403, 'forbidden'],
    [
      'an UploadError',
      () => {
        throw new UploadError('overloaded', {})
      },
      503,
      'overloaded',
    ],
    [
      'an Error',
      () => {
        throw new Error('the password is 1234')
      },
      500,
      'internal-error',
    ],
  ])('that gives %s refuses, before any byte is read or deleted', async (_, authorize, status, code) => {
    const told: UploadError[] = []
    let opened = 0
    const storage = memoryStorage()
    const watched = {
      kind: storage.kind,
      createDraft: () => {
        opened += 1
        return storage.createDraft()
      },
      stat: (key: string) => storage.stat(key),
      open: (key: string) => storage.open(key),
      list: () => storage.list(),
      delete: (key: string) => storage.delete(key),
      sweep: () => storage.sweep(),
    }
    await using site = await openSite({
      authorize,
      listing: true,
      deletion: true,
      policy: { storage: watched },
      onError: (error) => told.push(error),
    })
    await site.set.save(new File(['hello'], 'a.txt'))
    opened = 0
    const requests: [string, RequestInit?][] = [
      ['/', { method: 'POST', body: formOf(['a.txt', 'x']) }],
      ['/b.txt', { method: 'PUT', body: 'x'.repeat(1_000_000) }],
      ['/'],
      ['/a.txt'],
      ['/a.txt', { method: 'DELETE' }],
    ]
    for (const [path, init] of requests) {
      const response = await fetch(site.origin + path, init)
      const text = await response.text()
      expect([response.status, JSON.parse(text).code]).toEqual([status, code])
      expect(text).not.toContain('1234')
    }
    expect([opened, (await site.set.list()).files.length]).toEqual([0, 1])
    expect(told.length).toBe(status >= 500 ? requests.length : 0)
    // The client is not asked for its body.
    const waiting = await site.ask(
      `PUT /b.txt HTTP/1.1\r\n${HOST}\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`,
    )
    expect(waiting.status).toBe(status)
  })
})

describe('cross-site requests', () => {
  const put = (...headers: string[]) =>
    ['PUT /a.txt HTTP/1.1', 'Host: Files.Example:3000', 'Content-Length: 1', ...headers, '', 'x'].join('\r\n')

  test.each([
    [['Sec-Fetch-Site: same-origin'], 201],
    [['Sec-Fetch-Site: same-origin', 'Origin: http://files.example:3000'], 201],
    [['Sec-Fetch-Site: none'], 201],
    [['Sec-Fetch-Site: cross-site'], 403],
    [['Sec-Fetch-Site: same-site'], 403],
    [['Sec-Fetch-Site: nonsense'], 403],
    [['Sec-Fetch-Site: cross-site', 'Origin: http://files.example:3000'], 403],
    [['Sec-Fetch-Site: cross-site', 'Origin: https://app.example'], 201],
    [['Sec-Fetch-Site: cross-site', 'Authorization: Bearer abc'], 201],
    [['Sec-Fetch-Site: cross-site', 'Authorization: Basic YTpi'], 403],
    [[], 201],
    [['Origin: http://files.example:3000'], 201],
    [['Origin: https://files.example:3000'], 201],
    [['Origin: http://files.example'], 403],
    [['Origin: http://files.example:3001'], 403],
    [['Origin: http://evil.example'], 403],
    [['Origin: http://evilfiles.example:3000'], 403],
    [['Origin: null'], 403],
    [['Origin: file://'], 403],
    [['Origin: '], 403],
    [['Origin: https://app.example'], 201],
    [['Origin: https://app.example:8443'], 403],
    [['Origin: http://app.example'], 403],
    [['Origin: capacitor://Files.Example:3000'], 403],
    [['Origin: chrome-extension://files.example:3000'], 403],
  ])('%j: %i', async (headers, status) => {
    await using site = await openSite({ origins: ['https://app.example'] })
    const answer = await site.ask(put(...headers))
    expect(answer.status).toBe(status)
    const code: unknown = JSON.parse(answer.body.toString()).code
    expect(code).toBe(status === 403 ? 'cross-site' : undefined)
    expect((await site.set.list()).files.length).toBe(status === 403 ? 0 : 1)
  })

  test('from another host get a hint about the proxy and about the list of origins', async () => {
    await using site = await openSite()
    const { detail } = JSON.parse((await site.ask(put('Origin: https://evil.example'))).body.toString())
    expect(detail).toMatch(/^Requests from https:\/\/evil\.example are not accepted here\. /)
    for (const word of ['X-Forwarded-Host', '"trustProxy" (--trust-proxy)', '"origins" (--origins)']) {
      expect(detail).toContain(word)
    }
  })

  test.each([
    [
      'Sec-Fetch-Site: cross-site',
      'Origin: https://evil.example',
      'If they should be, add the origin to "origins" (--origins).',
    ],
    ['Sec-Fetch-Site: cross-site', 'Origin: null', '"Referrer-Policy: no-referrer"'],
    ['X: y', 'Origin: null', '"Referrer-Policy: no-referrer"'],
  ])('that no proxy can have caused get no hint about a proxy (%s, %s)', async (site, origin, hint) => {
    await using server = await openSite()
    const { detail } = JSON.parse((await server.ask(put(site, origin))).body.toString())
    expect(detail).toContain(hint)
    expect(detail).not.toContain('proxy')
  })

  test('without a Host are refused for any origin, also for `null`', async () => {
    await using site = await openSite()
    for (const origin of ['null', 'file://', 'http://x']) {
      for (const host of ['', 'Host:\r\n']) {
        const request = `PUT /a.txt HTTP/1.0\r\n${host}Origin: ${origin}\r\nContent-Length: 1\r\n\r\nx`
        expect((await site.ask(request)).status).toBe(403)
      }
    }
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('%s is unsafe; reading is not', async (method) => {
    await using site = await openSite({ listing: true, deletion: true })
    const headers = { 'sec-fetch-site': 'cross-site' }
    expect((await fetch(`${site.origin}/a.txt`, { method, headers })).status).toBe(403)
    expect((await fetch(site.origin, { headers })).status).toBe(200)
  })
})

describe('the Host', () => {
  test('stands in the target if the client sends an absolute URL, and that one counts', async () => {
    await using site = await openSite({ hosts: ['localhost'], listing: true })
    const ask = async (target: string) => (await site.ask(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`)).status
    expect(await ask('http://localhost:3000/')).toBe(200)
    expect(await ask('HTTP://localhost?limit=1')).toBe(200)
    expect(await ask('http://localhost/none.txt')).toBe(404)
    expect(await ask('http://evil.example/')).toBe(403)
  })

  test.each([
    ['localhost', 200],
    ['LOCALHOST:3000', 200],
    ['localhost:', 200],
    ['localhost.', 200],
    ['localhost.:3000', 200],
    ['localhost..', 403],
    ['[::1]', 200],
    ['[::1]:3000', 200],
    ['127.0.0.1:80', 200],
    ['evil.example', 403],
    ['localhost.evil.example:3000', 403],
    ['evil.example@localhost', 403],
    ['localhost:evil', 403],
    ['[::2]:3000', 403],
    ['', 403],
  ])('%j: %i', async (host, status) => {
    await using site = await openSite({ hosts: ['LocalHost', '127.0.0.1', '[::1]'], listing: true })
    const answer = await site.ask(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.body.toString()).code).toBe(status === 403 ? 'unknown-host' : undefined)
  })

  test('can be checked by a function, which gets only the name', async () => {
    const asked: string[] = []
    const hosts = (name: string): boolean => {
      asked.push(name)
      return name === 'files.example'
    }
    await using site = await openSite({ hosts, listing: true })
    const statusOf = async (host: string): Promise<number> =>
      (await site.ask(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).status
    expect([await statusOf('FILES.example:3000'), await statusOf('[::1]:3000')]).toEqual([200, 403])
    expect(asked).toEqual(['files.example', '[::1]'])
  })

  test('is required if the handler checks it', async () => {
    await using known = await openSite({ hosts: ['localhost'], listing: true })
    expect((await known.ask('GET / HTTP/1.0\r\n\r\n')).status).toBe(403)
    await using any = await openSite({ listing: true })
    expect((await any.ask('GET / HTTP/1.0\r\n\r\n')).status).toBe(200)
  })
})
