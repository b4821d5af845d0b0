import { readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { UploadError } from '../errors/upload-error.ts'
import { fromFetchRequest } from '../http/fetch-request.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { formOf, openSite } from './fixtures/site.ts'
import { uploadHandler } from './upload-handler.ts'

const HOST = 'Host: x'
/** The part that a browser sends for a file input in which nothing was chosen. */
const UNCHOSEN =
  '--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--b--\r\n'

// oxlint-disable-next-line typescript/no-explicit-any -- answers are read as a program would
async function json(response: Response): Promise<any> {
  return response.json()
}

describe('taking files', () => {
  test('a form is answered 201, in exactly the promised shape', async () => {
    await using site = await openSite({ base: '/photos' })
    const form = formOf(['Größe 1.TXT', 'first'])
    form.append('title', 'a')
    form.append('title', 'b')
    const response = await fetch(`${site.origin}/photos`, { method: 'POST', body: form })
    expect(response.status).toBe(201)
    expect(response.headers.get('location')).toBe('/photos/Gr%C3%B6%C3%9Fe%201.TXT')
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await json(response)).toStrictEqual({
      files: [
        {
          field: 'file',
          filename: 'Größe 1.TXT',
          key: 'Größe 1.TXT',
          type: 'text/plain',
          size: 5,
          storedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          url: '/photos/Gr%C3%B6%C3%9Fe%201.TXT',
        },
      ],
      fields: [
        ['title', 'a'],
        ['title', 'b'],
      ],
    })
    expect(await readFile(join(site.folder, 'Größe 1.TXT'), 'utf8')).toBe('first')
  })

  test('several files get no Location', async () => {
    await using site = await openSite()
    const response = await fetch(site.origin, { method: 'POST', body: formOf(['a.txt', '1'], ['a.txt', '2']) })
    expect([response.status, response.headers.get('location')]).toEqual([201, null])
    expect((await json(response)).files.map(({ key }: { key: string }) => key)).toEqual(['a.txt', 'a_1.txt'])
  })

  test('a body that is the file itself is named by Content-Disposition, and numbered', async () => {
    await using site = await openSite()
    for (const location of ['/a.txt', '/a_1.txt']) {
      const response = await fetch(site.origin, {
        method: 'POST',
        headers: { 'content-disposition': 'attachment; filename="a.txt"', 'content-type': 'text/plain' },
        body: 'hello',
      })
      expect([response.status, response.headers.get('location')]).toEqual([201, location])
      const { files, fields } = await json(response)
      expect([files[0].field, files[0].filename, fields]).toEqual([undefined, 'a.txt', []])
    }
  })

  test('PUT makes exactly that name, or no file', async () => {
    await using site = await openSite()
    const put = (body: string) => fetch(`${site.origin}/a.txt`, { method: 'PUT', body })
    const first = await put('first')
    expect([first.status, first.headers.get('location')]).toEqual([201, '/a.txt'])
    const second = await put('second')
    expect([second.status, (await json(second)).code]).toEqual([409, 'name-taken'])
    expect(await site.everyFile()).toContain('a.txt')
    expect(await readFile(join(site.folder, 'a.txt'), 'utf8')).toBe('first')
  })

  test('twenty uploads of one name at once are twenty files', async () => {
    await using site = await openSite()
    const send = async (_: unknown, index: number) => {
      const response = await fetch(site.origin, { method: 'POST', body: formOf(['a.txt', `text ${index}`]) })
      return [(await json(response)).files[0].key, `text ${index}`] as const
    }
    const sent = await Promise.all(Array.from({ length: 20 }, send))
    expect(new Set(sent.map(([key]) => key)).size).toBe(20)
    for (const [key, text] of sent) expect(await readFile(join(site.folder, key), 'utf8')).toBe(text)
  })

  test.each([
    ['is not allowed', 'b.exe', 'x', 415, 'type-not-allowed'],
    ['is too large', 'b.txt', 'x'.repeat(100_001), 413, 'file-too-large'],
    ['is too small', 'b.txt', '', 422, 'file-too-small'],
  ])('a second file that %s leaves nothing of the form', async (_, name, text, status, code) => {
    await using site = await openSite({ policy: { minFileSize: 1 } })
    const response = await fetch(site.origin, { method: 'POST', body: formOf(['a.txt', 'good'], [name, text]) })
    expect([response.status, (await json(response)).code]).toEqual([status, code])
    expect(await site.everyFile()).toEqual([])
  })

  test.each([
    [{ body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415, 'unsupported-media-type'],
    [{ body: 'a', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported-media-type'],
    [{ body: 'a', headers: { 'content-type': 'multipart/mixed; boundary=a' } }, 415, 'unsupported-media-type'],
    [{ body: 'a', headers: { 'content-type': 'image/png' } }, 400, 'malformed-request'],
    [{ body: 'a', headers: { 'content-type': 'multipart/form-data' } }, 400, 'malformed-request'],
    [{ body: formOf() }, 422, 'missing-file'],
    [{ body: UNCHOSEN, headers: { 'content-type': 'multipart/form-data; boundary=b' } }, 422, 'no-file-selected'],
    [
      { body: 'x'.repeat(100_001), headers: { 'content-disposition': 'attachment; filename=a.txt' } },
      413,
      'file-too-large',
    ],
  ])('POST %j is refused, and nothing is kept', async (init, status, code) => {
    await using site = await openSite()
    const response = await fetch(site.origin, { method: 'POST', ...init })
    const problem = await json(response)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(problem).toMatchObject({ status, code, type: `urn:problem-type:decant:${code}`, title: expect.any(String) })
    expect(response.status).toBe(status)
    expect(problem.limit).toBe(code === 'file-too-large' ? 100_000 : undefined)
    expect(await site.everyFile()).toEqual([])
  })

  test('a PUT without a body is 411, and one of a form 415', async () => {
    await using site = await openSite()
    expect((await site.ask(`PUT /a.txt HTTP/1.1\r\n${HOST}\r\n\r\n`)).status).toBe(411)
    expect((await fetch(`${site.origin}/a.txt`, { method: 'PUT', body: formOf(['a.txt', 'a']) })).status).toBe(415)
    const empty = await site.ask(`PUT /a.txt HTTP/1.1\r\n${HOST}\r\nContent-Length: 0\r\n\r\n`)
    expect(empty.status).toBe(201)
  })

  test('a request over its whole limit is refused with the limits of each file', async () => {
    await using site = await openSite({ policy: { maxFileSize: 1000, maxFiles: 2 } })
    const refused = async (start: string, header: string): Promise<unknown> => {
      const { status, body } = await site.ask(`${start}\r\n${HOST}\r\n${header}\r\nContent-Length: 99999999\r\n\r\n`)
      return [status, JSON.parse(body.toString())]
    }
    expect(await refused('POST / HTTP/1.1', 'Content-Type: multipart/form-data; boundary=b')).toEqual([
      413,
      expect.objectContaining({
        code: 'body-too-large',
        detail:
          'The whole request may have at most 8 MiB; up to 2 files of at most 1000 bytes. Send fewer or smaller files.',
        limits: [{ maxFileSize: 1000, maxFiles: 2 }],
      }),
    ])
    expect(await refused('PUT /a.txt HTTP/1.1', 'Content-Type: text/plain')).toEqual([
      413,
      expect.objectContaining({ code: 'body-too-large', limits: [{ maxFileSize: 1000, maxFiles: 1 }] }),
    ])
  })

  test('the body of a whole form has a limit of its own', async () => {
    await using site = await openSite({ maxBodySize: 1000 })
    const response = await fetch(site.origin, { method: 'POST', body: formOf(['a.txt', 'x'.repeat(1000)]) })
    expect(await json(response)).toMatchObject({ status: 413, code: 'body-too-large', limit: 1000 })
  })

  test('only the server makes folders', async () => {
    await using site = await openSite()
    const response = await fetch(`${site.origin}/folder/a.txt`, { method: 'PUT', body: 'x' })
    expect(await json(response)).toMatchObject({ status: 400, code: 'invalid-key', suggestion: 'a.txt' })
    await site.set.save(new File(['x'], 'a.txt'), { folder: 'folder' })
    expect(await (await fetch(`${site.origin}/folder/a.txt`)).text()).toBe('x')
  })
})

describe('serving files', () => {
  test.each(['GET', 'HEAD'])('%s of a file, whole, in part and not at all', async (method) => {
    await using site = await openSite({ maxAge: 60 })
    await site.set.save(new File(['hello'], 'a.txt'))
    const whole = await fetch(`${site.origin}/a.txt`, { method })
    expect([whole.status, whole.headers.get('content-length')]).toEqual([200, '5'])
    expect(whole.headers.get('x-content-type-options')).toBe('nosniff')
    expect(whole.headers.get('cache-control')).toContain('max-age=60')
    expect(await whole.text()).toBe(method === 'GET' ? 'hello' : '')
    const missing = await fetch(`${site.origin}/b.txt`, { method })
    expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    expect((await missing.text()) === '').toBe(method === 'HEAD')
  })

  test('a range outside the file tells its size', async () => {
    await using site = await openSite()
    await site.set.save(new File(['hello'], 'a.txt'))
    const response = await fetch(`${site.origin}/a.txt`, { headers: { range: 'bytes=9-' } })
    expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */5'])
    expect((await fetch(`${site.origin}/a.txt`, { headers: { 'if-match': '"other"' } })).status).toBe(412)
  })

  test('`?download` makes an attachment of what would be shown', async () => {
    await using site = await openSite()
    await site.set.save(new File(['hello'], 'a.txt'))
    const disposition = async (query: string) =>
      (await fetch(`${site.origin}/a.txt${query}`)).headers.get('content-disposition')
    expect(await disposition('')).toMatch(/^inline/)
    expect(await disposition('?download')).toBe('attachment; filename=a.txt')
  })

  test('DELETE is off, unless it is on', async () => {
    await using off = await openSite()
    await off.set.save(new File(['hello'], 'a.txt'))
    const refused = await fetch(`${off.origin}/a.txt`, { method: 'DELETE' })
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT, OPTIONS'])
    await using on = await openSite({ deletion: true })
    await on.set.save(new File(['hello'], 'a.txt'))
    for (const status of [204, 404]) {
      expect((await fetch(`${on.origin}/a.txt`, { method: 'DELETE' })).status).toBe(status)
    }
    expect(await on.everyFile()).toEqual([])
  })
})

test('a PUT to the URL of a set gets the hint to add the name of the file', async () => {
  await using site = await openSite()
  const response = await fetch(site.origin, { method: 'PUT', body: 'abc' })
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  expect(await json(response)).toMatchObject({
    detail: 'PUT is not allowed here. PUT a file to a URL that ends in its name, or post it to this one.',
  })
})

describe('a form of as many files as a set takes', () => {
  // The last file is refused for its extension, so that none has to be stored.
  function fullForm(maxFiles: number, hasCompanions: boolean): FormData {
    const form = new FormData()
    const bytes = new Blob(['\0\x05\x16\x07'])
    for (let index = 1; index <= maxFiles; index += 1) {
      if (hasCompanions) form.append('f', bytes, `._${index}`)
      form.append('f', bytes, index < maxFiles ? `${index}.bin` : 'last.exe')
    }
    return form
  }

  test.each([
    [1001, false],
    [501, true],
  ])('has room for them by default: %i files, with companions %j', async (maxFiles, skipCompanions) => {
    await using site = await openSite({ skipCompanions, policy: { maxFiles, extensions: ['bin'] } })
    const response = await fetch(site.origin, { method: 'POST', body: fullForm(maxFiles, skipCompanions) })
    expect(await json(response)).toMatchObject({ code: 'type-not-allowed', filename: 'last.exe' })
  })

  test('has no room for them if maxParts says so', async () => {
    await using site = await openSite({ maxParts: 2, policy: { maxFiles: 3, extensions: ['bin'] } })
    const response = await fetch(site.origin, { method: 'POST', body: fullForm(3, false) })
    expect(await json(response)).toMatchObject({ code: 'too-many-parts', limit: 2 })
  })
})

describe('listing', () => {
  test('is off, unless it is on', async () => {
    await using site = await openSite()
    const response = await fetch(site.origin)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    expect(await json(response)).toMatchObject({ code: 'method-not-allowed', allow: ['POST', 'OPTIONS'] })
  })

  test('and every other answer hold the digest that a set takes', async () => {
    await using site = await openSite({ listing: true, policy: { digest: 'sha-256' } })
    const digest = 'sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:'
    const created = await json(await fetch(`${site.origin}/abc.txt`, { method: 'PUT', body: 'abc' }))
    expect(created.files).toEqual([expect.objectContaining({ key: 'abc.txt', digest })])
    expect((await json(await fetch(site.origin))).files).toEqual([expect.objectContaining({ digest })])
    expect((await fetch(`${site.origin}/abc.txt`)).headers.get('repr-digest')).toBe(digest)
  })

  test('goes on by `next`, by name or newest first', async () => {
    await using site = await openSite({ base: '/photos', listing: true })
    for (const name of ['b.txt', 'a b.txt', 'c.txt']) await site.set.save(new File(['x'], name))
    const first = await json(await fetch(`${site.origin}/photos?order=name&limit=2`))
    expect(first.files.map(({ key }: { key: string }) => key)).toEqual(['a b.txt', 'b.txt'])
    expect(first.files[0]).toStrictEqual({
      filename: 'a b.txt',
      key: 'a b.txt',
      type: 'text/plain',
      size: 1,
      storedAt: expect.any(String),
      url: '/photos/a%20b.txt',
    })
    expect(first.next).toMatch(/^\/photos\?order=name&limit=2&cursor=/)
    const second = await json(await fetch(site.origin + first.next))
    expect(second).toEqual({ files: [expect.objectContaining({ key: 'c.txt' })] })
    await utimes(join(site.folder, 'a b.txt'), 1, 1)
    await utimes(join(site.folder, 'b.txt'), 1_900_000_000, 1_900_000_000)
    const newest = await json(await fetch(`${site.origin}/photos/`))
    expect(newest.files.map(({ key }: { key: string }) => key)).toEqual(['b.txt', 'c.txt', 'a b.txt'])
  })

  test.each([
    'limit=0',
    'limit=1001',
    'limit=1e3',
    'limit=0x10',
    'limit=x',
    'limit=1.5',
    'order=size',
    'cursor=nonsense',
  ])('refuses %s', async (query) => {
    await using site = await openSite({ listing: true })
    const response = await fetch(`${site.origin}/?${query}`)
    expect([response.status, (await json(response)).code]).toEqual([400, 'malformed-request'])
  })
})

describe('failures of the server', () => {
  test('onError gets the cause of a failed storage, and the client learns no path', async () => {
    const told: [UploadError, unknown][] = []
    await using site = await openSite({ listing: true, onError: (error, request) => told.push([error, request]) })
    await site.set.save(new File(['x'], 'a.txt'))
    await rm(site.folder, { recursive: true })
    await writeFile(site.folder, 'a file where the folder was')
    const responses = await Promise.all([
      fetch(site.origin, { method: 'POST', body: formOf(['b.txt', 'x']) }),
      fetch(`${site.origin}/b.txt`, { method: 'PUT', body: 'x' }),
    ])
    for (const response of responses) {
      expect(response.status).toBe(500)
      const text = await response.text()
      expect(text).toContain('storage-failed')
      expect(text).not.toMatch(/handler-|tmp|ENOTDIR|at /)
    }
    expect(told.map(([{ code }]) => code)).toEqual(['storage-failed', 'storage-failed'])
    expect(told[0]?.[0].cause).toBeInstanceOf(Error)
    expect(told[0]?.[1]).toHaveProperty('url')
  })

  test('onError also gets one in the middle of a download', async () => {
    const told: UploadError[] = []
    const big = memoryStorage()
    const storage = {
      ...big,
      createDraft: big.createDraft.bind(big),
      async open(key: string) {
        const file = await big.open(key)
        if (file === undefined) return undefined
        async function* stream(): AsyncGenerator<Uint8Array, void, undefined> {
          yield new Uint8Array(1)
          throw new UploadError('storage-failed', {})
        }
        return { entry: file.entry, stream, close: () => file.close() }
      },
    }
    await using site = await openSite({ policy: { storage }, onError: (error) => told.push(error) })
    await site.set.save(new File(['hello'], 'a.txt'))
    await expect(site.ask(`GET /a.txt HTTP/1.1\r\n${HOST}\r\n\r\n`)).rejects.toThrow('connection ended')
    expect(told.map(({ code }) => code)).toEqual(['storage-failed'])
  })

  test('a client that goes away is not a failure of the server', async () => {
    const told: unknown[] = []
    const controller = new AbortController()
    const photos = uploadSet('photos', { storage: memoryStorage() })
    const handler = uploadHandler(photos, { onError: (error) => told.push(error) })
    const body = new ReadableStream<Uint8Array>({ pull: () => controller.abort() }, { highWaterMark: 0 })
    const init = { method: 'PUT', body, duplex: 'half', signal: controller.signal }
    const outgoing = await handler.handle(
      fromFetchRequest(new Request('http://x/a.txt', init), { drainLimits: { maxBytes: 1, maxMs: 10, idleMs: 10 } }),
    )
    expect([outgoing.status, told]).toEqual([400, []])
  })
})
