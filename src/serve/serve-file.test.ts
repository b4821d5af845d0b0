import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Outgoing } from '../http/outgoing.ts'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { FileRecord, OpenFile } from '../storage/storage.ts'
import { serveFile } from './serve-file.ts'
import type { ServeOptions } from './serve-file.ts'

const MODIFIED = new Date('2020-02-03T04:05:06.700Z')
const LAST_MODIFIED = 'Mon, 03 Feb 2020 04:05:06 GMT'
const EARLIER = 'Mon, 03 Feb 2020 04:05:05 GMT'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serve-file-'))
  await write('ten.bin', '0123456789')
  await write('empty.bin', '')
})
afterAll(() => rm(folder, { recursive: true }))

async function write(name: string, content: string, modified: Date = MODIFIED) {
  await writeFile(join(folder, name), content)
  await utimes(join(folder, name), modified, modified)
}

/** A file of the folder, which notes if it was closed. */
async function openFile(key: string): Promise<OpenFile & { readonly closed: boolean }> {
  const file = await diskStorage(folder).open(key)
  if (file === undefined) throw new Error(`There is no ${key}`)
  let closed = false
  return {
    get closed() {
      return closed
    },
    entry: file.entry,
    stream: (start, end) => file.stream(start, end),
    async close() {
      closed = true
      await file.close()
    },
  }
}

function request(headers: Record<string, string> = {}, method = 'GET') {
  return { method, header: (name: string) => headers[name] }
}

async function bodyOf({ body }: Outgoing): Promise<string | undefined> {
  if (body === undefined || typeof body === 'string') return body
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : text(body)
}

/** The answer to a request for `ten.bin`. */
async function get(headers: Record<string, string> = {}, options: ServeOptions = {}, method = 'GET', key = 'ten.bin') {
  const file = await openFile(key)
  const outgoing = await serveFile(request(headers, method), file, options)
  return { status: outgoing.status, headers: outgoing.headers, body: await bodyOf(outgoing), closed: file.closed }
}

/** The headers of a file that was stored under this key with this record. */
async function headersFor(key: string, record: FileRecord, options: ServeOptions = {}) {
  const storage = memoryStorage()
  const sealed = await storage.createDraft().seal()
  await sealed.publish(key, record)
  const file = await storage.open(key)
  if (file === undefined) throw new Error('It was just published')
  return (await serveFile(request(), file, options)).headers
}

describe('a stored file', () => {
  test('is sent whole, with the headers that a cache and a resuming client need', async () => {
    const { entry } = await openFile('ten.bin')
    expect(await get()).toEqual({
      status: 200,
      headers: {
        etag: `"${entry.version}"`,
        'last-modified': LAST_MODIFIED,
        'accept-ranges': 'bytes',
        'cache-control': 'private, no-cache',
        'content-type': 'application/octet-stream',
        'content-disposition': 'attachment; filename=ten.bin',
        'content-length': '10',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'",
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
      },
      body: '0123456789',
      closed: false,
    })
  })

  test('is sent with its digest, if one was recorded', async () => {
    const record = { filename: 'a.txt', type: 'text/plain' }
    const digest = 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
    expect(await headersFor('a.txt', { ...record, digest })).toMatchObject({ 'repr-digest': digest })
    expect(await headersFor('a.txt', record)).not.toHaveProperty('repr-digest')
  })

  test('has the same headers for HEAD, and no body', async () => {
    const whole = await get()
    expect(await get({}, {}, 'HEAD')).toEqual({ ...whole, body: undefined, closed: true })
  })

  test('may be empty', async () => {
    const { status, headers, body, closed } = await get({}, {}, 'GET', 'empty.bin')
    expect([status, headers['content-length'], body, closed]).toEqual([200, '0', undefined, true])
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'get'])('is not sent for %s', async (method) => {
    const file = await openFile('ten.bin')
    await expect(serveFile(request({}, method), file)).rejects.toMatchObject({
      code: 'method-not-allowed',
      details: { method, allow: ['GET', 'HEAD'] },
    })
    expect(file.closed).toBe(true)
  })

  test('changes its ETag with its bytes', async () => {
    await write('changing.bin', 'one')
    const { headers } = await get({}, {}, 'GET', 'changing.bin')
    await write('changing.bin', 'two', new Date(MODIFIED.getTime() + 1))
    const changed = await get({ 'if-none-match': headers['etag'] ?? '' }, {}, 'GET', 'changing.bin')
    expect([changed.status, changed.body]).toEqual([200, 'two'])
    expect(changed.headers['etag']).not.toBe(headers['etag'])
  })

  test('with a time in the future is not newer than the answer', async () => {
    await write('future.bin', 'x', new Date(Date.now() + 86_400_000))
    const { headers } = await get({}, {}, 'GET', 'future.bin')
    expect(Date.parse(headers['last-modified'] ?? '')).toBeLessThanOrEqual(Date.now())
  })
})

describe('a client that has the file already', () => {
  test('gets 304 with the headers that refresh its copy, and no content', async () => {
    const whole = await get()
    const { status, headers, body, closed } = await get({ 'if-none-match': whole.headers['etag'] ?? '' })
    expect([status, body, closed]).toEqual([304, undefined, true])
    expect(headers).toEqual({
      etag: whole.headers['etag'],
      'cache-control': 'private, no-cache',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    })
  })

  test('can use a date', async () => {
    expect((await get({ 'if-modified-since': LAST_MODIFIED })).status).toBe(304)
    expect((await get({ 'if-modified-since': EARLIER })).status).toBe(200)
  })

  test('gets 304 also if it asks for a range', async () => {
    const { headers } = await get()
    expect((await get({ 'if-none-match': headers['etag'] ?? '', range: 'bytes=0-3' })).status).toBe(304)
  })
})

describe('a client that wants a certain version of the file', () => {
  test.each([{ 'if-match': '"other"' }, { 'if-unmodified-since': EARLIER }])('gets no other: %j', async (headers) => {
    const file = await openFile('ten.bin')
    await expect(serveFile(request(headers), file)).rejects.toMatchObject({ code: 'precondition-failed', status: 412 })
    expect(file.closed).toBe(true)
  })

  test('gets it', async () => {
    const { headers } = await get()
    expect((await get({ 'if-match': headers['etag'] ?? '' })).status).toBe(200)
    expect((await get({ 'if-match': '*' })).status).toBe(200)
  })
})

describe('a range', () => {
  test.each([
    ['bytes=0-3', 'bytes 0-3/10', '0123'],
    ['bytes=2-', 'bytes 2-9/10', '23456789'],
    ['bytes=-3', 'bytes 7-9/10', '789'],
    ['bytes=0-100', 'bytes 0-9/10', '0123456789'],
    ['bytes=-100', 'bytes 0-9/10', '0123456789'],
    ['bytes=0-3,4-6', 'bytes 0-6/10', '0123456'],
  ])('%s is %s', async (range, contentRange, part) => {
    const { status, headers, body } = await get({ range })
    expect([status, headers['content-range'], headers['content-length'], body]).toEqual([
      206,
      contentRange,
      String(part.length),
      part,
    ])
    const whole = await get()
    expect(headers).toMatchObject({ ...whole.headers, 'content-length': String(part.length) })
  })

  test.each(['bytes=10-', 'bytes=-0'])('%s is refused with the size', async (range) => {
    const { status, headers, body, closed } = await get({ range })
    expect([status, headers['content-range'], closed]).toEqual([416, 'bytes */10', true])
    expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
    expect(headers['content-length']).toBe(String(body?.length))
    expect(JSON.parse(body ?? '')).toMatchObject({ code: 'range-not-satisfiable', status: 416, size: 10 })
  })

  test.each(['bytes=5-2', 'bytes=x', 'lines=0-3', 'bytes=0-0,9-9'])('%s is ignored', async (range) => {
    const { status, headers, body } = await get({ range })
    expect([status, headers['content-range'], body]).toEqual([200, undefined, '0123456789'])
  })

  test('that is listed a thousand times costs no more than the file', async () => {
    const ranges = Array.from({ length: 1000 }, (_, index) => `${index % 10}-`)
    expect((await get({ range: `bytes=${ranges.join(',')}` })).body).toBe('0123456789')
    expect((await get({ range: `bytes=${Array(1000).fill('0-0,2-2').join(',')}` })).body).toBe('0123456789')
  })

  test('of an empty file is the file', async () => {
    expect((await get({ range: 'bytes=0-' }, {}, 'GET', 'empty.bin')).status).toBe(200)
  })

  test('is ignored for HEAD', async () => {
    const { status, headers } = await get({ range: 'bytes=0-3' }, {}, 'HEAD')
    expect([status, headers['content-length'], headers['content-range']]).toEqual([200, '10', undefined])
    expect((await get({ range: 'bytes=10-' }, {}, 'HEAD')).status).toBe(200)
  })

  test('with If-Range is a part of the same file, or the whole new file', async () => {
    const { headers } = await get()
    const range = 'bytes=0-3'
    const statusFor = async (ifRange: string) => (await get({ range, 'if-range': ifRange })).status
    expect(await statusFor(headers['etag'] ?? '')).toBe(206)
    expect(await statusFor(LAST_MODIFIED)).toBe(206)
    expect(await statusFor('"other"')).toBe(200)
    expect(await statusFor(`W/${headers['etag']}`)).toBe(200)
    expect(await statusFor(EARLIER)).toBe(200)
    // A file that differs from the client's copy is sent whole, even if the range lies outside.
    expect((await get({ range: 'bytes=10-', 'if-range': '"other"' })).status).toBe(200)
  })
})

describe('the type of a file', () => {
  const record = (type: string) => ({ filename: 'x', type })

  test.each([
    ['a.txt', 'text/plain', 'text/plain; charset=utf-8'],
    ['a.csv', 'text/csv', 'text/csv; charset=utf-8'],
    ['a.png', 'image/png', 'image/png'],
    ['a.pdf', 'image/png', 'image/png'],
    ['a.bin', 'nonsense', 'application/octet-stream'],
    ['a.bin', 'text/html\r\nx: y', 'application/octet-stream'],
  ])('%s stored as %j is %s', async (key, type, contentType) => {
    expect((await headersFor(key, record(type)))['content-type']).toBe(contentType)
  })

  test('is that of its extension if no type is recorded', async () => {
    await write('by-hand.png', 'no picture')
    await write('by-hand.qqq', '<html>')
    expect((await get({}, {}, 'GET', 'by-hand.png')).headers['content-type']).toBe('image/png')
    expect((await get({}, {}, 'GET', 'by-hand.qqq')).headers['content-type']).toBe('application/octet-stream')
    const options = { fallbackType: 'text/plain' }
    expect((await get({}, options, 'GET', 'by-hand.qqq')).headers['content-type']).toBe('text/plain; charset=utf-8')
    expect((await get({}, options, 'GET', 'by-hand.png')).headers['content-type']).toBe('image/png')
  })

  test('can be chosen', async () => {
    const headers = await headersFor('a.bin', record('image/png'), { type: 'application/pdf' })
    expect(headers['content-type']).toBe('application/pdf')
  })

  test.each(['text/javascript', 'application/javascript', 'TEXT/JavaScript; charset=utf-8'])(
    '%s is plain text, so that no page can load it as a script',
    async (type) => {
      expect((await headersFor('a.js', record(type)))['content-type']).toBe('text/plain; charset=utf-8')
      expect((await headersFor('a.js', record('image/png'), { type }))['content-type']).toBe(
        'text/plain; charset=utf-8',
      )
    },
  )
})

describe('a file is shown or saved', () => {
  test.each([
    ['image/png', 'inline'],
    ['video/mp4', 'inline'],
    ['audio/mpeg', 'inline'],
    ['text/plain', 'inline'],
    ['application/pdf', 'inline'],
    ['image/svg+xml', 'attachment'],
    ['text/html', 'attachment'],
    ['application/xhtml+xml', 'attachment'],
    ['text/xml', 'attachment'],
    ['application/xml', 'attachment'],
    ['application/zip', 'attachment'],
    ['application/octet-stream', 'attachment'],
  ])('%s by default: %s', async (type, disposition) => {
    const headers = await headersFor('a.tif', { filename: 'a.tif', type })
    expect(headers['content-disposition']).toBe(`${disposition}; filename=a.tif`)
  })

  test.each([
    ['a.bin', { filename: 'a.bin', type: 'image/png' }, 'attachment'],
    ['a', { filename: 'a', type: 'image/png' }, 'attachment'],
    ['a.unheard-of', { filename: 'a.png', type: 'image/png' }, 'attachment'],
    ['a.unheard-of', { filename: 'a.js', type: 'text/plain' }, 'attachment'],
    ['a.log', { filename: 'a.log', type: 'text/plain' }, 'inline'],
    ['a.list', { filename: 'a.list', type: 'text/plain' }, 'inline'],
    ['a.list', { filename: 'a.list', type: 'image/png' }, 'attachment'],
    ['a', { filename: 'a.png', type: 'image/png' }, 'inline'],
    ['a.jpg', { filename: 'a.jpg', type: 'image/png' }, 'inline'],
  ] as const)('and saved if its name does not tell its content: %s (%#)', async (key, record, disposition) => {
    const { 'content-disposition': header, 'content-type': type } = await headersFor(key, record)
    expect(header).toBe(`${disposition}; filename=${record.filename}`)
    expect(type).toMatch(record.type)
  })

  test('by the type that the application gives', async () => {
    const headers = await headersFor('a.bin', { filename: 'a.bin', type: 'image/png' }, { type: 'image/gif' })
    expect(headers['content-disposition']).toBe('inline; filename=a.bin')
    const other = await headersFor(
      'a',
      { filename: 'a', type: 'application/octet-stream' },
      { fallbackType: 'image/png' },
    )
    expect(other['content-disposition']).toBe('inline; filename=a')
  })

  test('as the option `disposition` says', async () => {
    const html = { filename: 'a.html', type: 'text/html' }
    const png = { filename: 'a.png', type: 'image/png' }
    const inline = await headersFor('a', html, { disposition: 'inline' })
    expect(inline['content-disposition']).toBe('inline; filename=a.html')
    const attachment = await headersFor('a', png, { disposition: 'attachment' })
    expect(attachment['content-disposition']).toBe('attachment; filename=a.png')
  })

  test("under the client's name, the key's name, or `downloadName`", async () => {
    const record = { filename: 'Résumé.pdf', type: 'application/pdf' }
    expect((await headersFor('x/resume.pdf', record))['content-disposition']).toBe(
      "inline; filename=Resume.pdf; filename*=UTF-8''R%C3%A9sum%C3%A9.pdf",
    )
    expect((await headersFor('x/resume.pdf', record, { downloadName: 'cv.pdf' }))['content-disposition']).toBe(
      'inline; filename=cv.pdf',
    )
    expect((await get())['headers']['content-disposition']).toBe('attachment; filename=ten.bin')
  })
})

describe('a file is inert', () => {
  test.each([
    'text/html',
    'image/svg+xml',
    'application/xhtml+xml',
    'text/xml',
    'application/pdf',
    'image/png',
    'video/mp4',
  ])('as %s, shown or saved', async (type) => {
    for (const disposition of ['inline', 'attachment', 'auto'] as const) {
      const headers = await headersFor('a', { filename: 'a', type }, { disposition })
      expect(headers['x-content-type-options']).toBe('nosniff')
      const policy = headers['content-security-policy'] ?? ''
      expect(policy).toMatch(/^sandbox[ ;]/)
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toContain('allow-scripts')
      expect(policy).not.toContain('script-src')
    }
  })

  test('and never has the origin of the site if it could be a document', async () => {
    for (const type of ['text/html', 'image/svg+xml', 'text/xml', 'application/pdf', 'video/x+xml', 'audio/x+xml']) {
      const headers = await headersFor('a', { filename: 'a', type }, { disposition: 'inline' })
      expect(headers['content-security-policy']).toBe("sandbox; default-src 'none'")
    }
  })

  test('and may be embedded by other sites only if the option says so', async () => {
    const { headers } = await get({}, { crossOriginResourcePolicy: 'cross-origin' })
    expect(headers['cross-origin-resource-policy']).toBe('cross-origin')
  })
})

describe('a file may be kept', () => {
  test('for `maxAge` seconds', async () => {
    const { headers } = await get({}, { maxAge: 60, immutable: true })
    expect(headers['cache-control']).toBe('private, max-age=60, immutable')
  })

  test('and a maxAge that is not valid is a TypeError, which leaves no file open', async () => {
    const file = await openFile('ten.bin')
    await expect(serveFile(request(), file, { maxAge: -1 })).rejects.toThrow(TypeError)
    expect(file.closed).toBe(true)
  })
})
