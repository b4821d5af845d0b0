import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { siteGuard } from '../access/site-guard.ts'
import type { SiteOptions } from '../access/check-site.ts'
import { isUploadError, UploadError } from '../errors/upload-error.ts'
import { uploadForm } from '../form/upload-form.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { file, formBody } from './fixtures/form-body.ts'
import { nodeServer, readText } from './fixtures/node-server.ts'
import { parts } from './parts.ts'
import { receive } from './receive.ts'

const FORM = await formBody([file('photo', 'a.txt', 'hello')])
const photos = uploadSet('photos', { storage: memoryStorage(), naming: 'unique' })

/** The ways by which a route of an application takes a form. */
const WAYS: Readonly<Record<string, (request: IncomingMessage, options: SiteOptions) => Promise<unknown>>> = {
  async receive(request, options) {
    await using upload = await receive(request, options)
    return upload.files.size
  },
  async parts(request, options) {
    const names: string[] = []
    for await (const part of parts(request, options)) names.push(part.field)
    return names
  },
  'uploadForm().receive': async (request, options) => uploadForm({ photo: photos.one() }, options).receive(request),
  'uploadForm().attempt': async (request, options) => uploadForm({ photo: photos.one() }, options).attempt(request),
  'siteGuard().check': async (request, options) => siteGuard(options).check(request),
}

const ways = Object.keys(WAYS)

/** Sends the form over a connection of its own, with these headers; the status and the sentence. */
async function post(way: string, headers: readonly string[], options: SiteOptions = {}) {
  await using server = await nodeServer(async (request) => WAYS[way]?.(request, options))
  const host = headers.some((header) => /^host:/i.test(header)) ? [] : ['Host: files.example']
  const framing = [`Content-Type: ${FORM.contentType}`, `Content-Length: ${FORM.bytes.length}`, 'Connection: close']
  const socket = await server.connect()
  socket.write(['POST / HTTP/1.1', ...host, ...framing, ...headers, '', ''].join('\r\n'))
  socket.write(FORM.bytes)
  const { error } = await server.outcome()
  const answer = await readText(socket)
  return { status: Number(answer.split(' ', 2)[1]), detail: answer.slice(answer.indexOf('\r\n\r\n') + 4), error }
}

const CROSS = 'Sec-Fetch-Site: cross-site'
const EVIL = 'Origin: https://evil.example'

describe.each(ways)('a form that another site makes a browser send to %s', (way) => {
  test('is refused with a sentence that names the option', async () => {
    const { status, detail, error } = await post(way, [CROSS, EVIL])
    expect([status, isUploadError(error) && error.code]).toEqual([403, 'cross-site'])
    expect(detail).toBe(
      'Requests from https://evil.example are not accepted here. If they should be, add the origin to "origins" (--origins).',
    )
  })

  test('is taken from an origin that is listed, and from no other', async () => {
    const options = { origins: ['https://app.example', 'capacitor://localhost'] }
    const statusOf = async (origin: string) => (await post(way, [CROSS, `Origin: ${origin}`], options)).status
    expect(await statusOf('https://app.example')).toBe(200)
    expect(await statusOf('capacitor://localhost')).toBe(200)
    expect(await statusOf('https://app.example:8443')).toBe(403)
    expect(await statusOf('http://app.example')).toBe(403)
    expect(await statusOf('https://app.example.evil.example')).toBe(403)
    expect(await statusOf('null')).toBe(403)
  })

  test('is taken from every site if `origins` is "any"', async () => {
    expect((await post(way, [CROSS, EVIL], { origins: 'any' })).status).toBe(200)
    expect((await post(way, ['Origin: null'], { origins: 'any' })).status).toBe(200)
  })

  test('is accepted with a bearer token, but not with Basic credentials', async () => {
    expect((await post(way, [CROSS, EVIL, 'Authorization: Bearer abc'])).status).toBe(200)
    expect((await post(way, [CROSS, EVIL, 'Authorization: bearer abc'])).status).toBe(200)
    for (const shown of ['Basic YTpi', 'Bearer', 'Bearer ', 'Bearerabc', 'Basic Bearer abc']) {
      expect([shown, (await post(way, [CROSS, EVIL, `Authorization: ${shown}`])).status]).toEqual([shown, 403])
    }
  })

  test.each([['*'], ['https://app.example/path'], ['null']])('cannot be let in by the origin %j', async (origin) => {
    const { error } = await post(way, [CROSS, EVIL], { origins: [origin] })
    expect(error).toBeInstanceOf(TypeError)
  })
})

test('text in place of the list of origins is a TypeError', () => {
  expect(() => siteGuard(JSON.parse('{"origins":"*"}'))).toThrow(
    'origins must be a list such as ["https://app.example"], not "*".',
  )
})

describe('the headers of a browser: a form', () => {
  test.each<[readonly string[], number]>([
    [[], 200],
    [['Sec-Fetch-Site: same-origin'], 200],
    [['Sec-Fetch-Site: same-origin', 'Origin: null'], 200],
    [['Sec-Fetch-Site: same-site', 'Origin: https://app.files.example'], 200],
    [['Sec-Fetch-Site: none'], 200],
    [[CROSS], 403],
    [['Sec-Fetch-Site: nonsense'], 403],
    [['Sec-Fetch-Site: same-origin, cross-site'], 403],
    [[CROSS, 'Origin: http://files.example'], 403],
    // Old browsers, and all of them on plain http.
    [['Origin: http://files.example'], 200],
    [['Origin: https://files.example'], 200],
    [['Origin: http://FILES.example'], 200],
    [['Origin: http://files.example:8080'], 200],
    [['Host: files.example:3000', 'Origin: https://files.example'], 200],
    [['Host: [2001:db8::1]:3000', 'Origin: http://[2001:db8:0::1]'], 200],
    [[EVIL], 403],
    [['Origin: http://evilfiles.example'], 403],
    [['Origin: http://files.example.evil.example'], 403],
    [['Origin: http://sub.files.example'], 403],
    [['Origin: null'], 403],
    [['Origin: '], 403],
    [['Origin: file://'], 403],
    [['Origin: capacitor://files.example'], 403],
    [['Host: ', EVIL], 403],
    // A proxy sends the host that was asked. No page can write these headers.
    [['Host: app:3000', 'X-Forwarded-Host: a.example', 'Origin: http://a.example'], 200],
    [['Host: app:3000', 'X-Forwarded-Host: a.example, b.example:81', 'Origin: http://b.example:81'], 200],
    [['Host: app:3000', 'Forwarded: for=192.0.2.1;host="a.example:81"', 'Origin: http://a.example:81'], 200],
    [['Host: app:3000', 'X-Forwarded-Host: a.example', EVIL], 403],
    [['Host: app:3000', 'X-Forwarded-For: evil.example', EVIL], 403],
    [['Host: app:3000', 'Origin: http://a.example'], 403],
    // nginx with `proxy_pass` alone. A browser that asks loopback itself sends Sec-Fetch-Site.
    [['Host: localhost:3000', 'Origin: http://a.example'], 200],
    [['Host: 127.0.0.1:3000', 'Origin: http://a.example'], 200],
    [['Host: [::1]:3000', 'Origin: http://a.example'], 200],
    // Next.js writes the Host that it was asked by into X-Forwarded-Host, if no proxy has.
    [['Host: 127.0.0.1:3000', 'X-Forwarded-Host: 127.0.0.1:3000', 'Origin: http://a.example'], 200],
    [['Host: 127.0.0.1:3000', 'X-Forwarded-Host: a.example', 'Origin: http://a.example'], 200],
    [['Host: 127.0.0.1:3000', 'X-Forwarded-Host: a.example', EVIL], 403],
    [['Host: localhost:3000', 'X-Forwarded-Host: a.example, localhost', EVIL], 403],
    [['Host: [::1]:3000', 'Forwarded: host=a.example', EVIL], 403],
    [['Host: localhost:3000', 'Origin: null'], 403],
    [['Host: localhost:3000', CROSS, EVIL], 403],
    [['Host: localhost.evil.example', 'Origin: http://a.example'], 403],
  ])('with %j: %i', async (headers, status) => {
    expect((await post('receive', headers)).status).toBe(status)
  })
})

test('a refusal without Sec-Fetch-Site names the proxy and `origins`, and no option of handlers', async () => {
  const { detail } = await post('receive', [EVIL])
  for (const word of ['X-Forwarded-Host', 'keep the Host', '"origins"']) expect(detail).toContain(word)
  expect(detail).not.toContain('trustProxy')
})

test.each(ways)('%s refuses before it looks at the body, and stores nothing', async (way) => {
  const stored = (await photos.list()).files.length
  const { status } = await post(way, [CROSS, EVIL, 'Content-Encoding: gzip'])
  expect([status, (await photos.list()).files.length]).toEqual([403, stored])
})

test('the guard lets safe methods pass, takes each kind of request, and leaves the body unread', async () => {
  const guard = siteGuard()
  const headers = { 'sec-fetch-site': 'cross-site' }
  for (const method of ['GET', 'HEAD', 'OPTIONS']) guard.check(new Request('http://x/', { method, headers }))
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    const request = new Request('http://x/', { method, headers, body: 'x' })
    expect(() => guard.check(request)).toThrow(UploadError)
    expect(() => guard.check({ raw: request })).toThrow(UploadError)
    expect(await request.text()).toBe('x')
  }
  expect(() => guard.check(JSON.parse('{}'))).toThrow(TypeError)
})
