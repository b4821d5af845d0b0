import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { toProblem } from '../errors/problem.ts'
import { UploadError } from '../errors/upload-error.ts'
import { MiB } from '../errors/byte-size.ts'
import { uploadSet } from '../policy/upload-set.ts'
import type { UploadSetOptions } from '../policy/upload-set-options.ts'
import { file, formBody, formRequest, rawRequest } from '../receive/fixtures/form-body.ts'
import { failingStorage } from '../testing/failing-storage.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { PLACES } from './fixtures/places.ts'
import { PNG } from './fixtures/png.ts'
import { list } from './form-shape.ts'
import { uploadForm } from './upload-form.ts'

const URLENCODED = 'application/x-www-form-urlencoded'

function photoSet(storage: Storage, options: Partial<UploadSetOptions> = {}) {
  return uploadSet('photos', { storage, extensions: ['png', 'jpg'], maxFileSize: 1000, ...options })
}

describe.each(PLACES)('a form that is refused, in %s,', (_, open) => {
  test('reports all faults at once, each at its control, and keeps nothing', async () => {
    const place = open()
    const refuse = (): never => {
      throw new UploadError('content-refused', { filename: 'cat.png', reason: 'it is a cat' })
    }
    const photos = photoSet(place.storage, { minFileSize: 10 })
    const checked = uploadSet('checked', { storage: place.storage, checks: [refuse], extensions: ['png'] })
    const post = uploadForm({
      title: z.string().max(3),
      text: z.string(),
      twice: z.string(),
      upload: z.string(),
      few: list(z.string(), { min: 1 }),
      many: list(z.string(), { max: 1 }),
      asText: photos.one(),
      missing: photos.one(),
      none: photos.one(),
      fewFiles: photos.many({ min: 2 }),
      manyFiles: photos.many({ max: 1 }),
      extension: photos.one(),
      content: photos.one(),
      large: photos.one(),
      small: photos.one(),
      scanned: checked.one(),
      fine: photos.one(),
    })
    const error = await post
      .receive(
        await formRequest([
          { name: 'title', value: 'Hello' },
          { name: 'twice', value: '1' },
          { name: 'twice', value: '2' },
          file('upload', 'a.txt', 'text'),
          { name: 'many', value: '1' },
          { name: 'many', value: '2' },
          { name: 'asText', value: 'a.png' },
          file('none', '', ''),
          file('fewFiles', 'a.png', PNG),
          file('manyFiles', 'a.png', PNG),
          file('manyFiles', 'b.png', PNG),
          file('extension', 'a.exe', PNG),
          file('content', 'a.png', '<html><script>'),
          file('large', 'a.png', 5000),
          file('small', 'a.png', 9),
          file('scanned', 'cat.png', PNG),
          file('fine', 'a.png', PNG),
          { name: 'unknown', value: '1' },
          file('unknownFile', 'a.png', PNG),
        ]),
      )
      .catch((reason: unknown) => reason)
    if (!(error instanceof UploadError) || error.code !== 'invalid-form') return expect.unreachable(String(error))
    const { errors, ...problem } = toProblem(error)
    expect(errors).toEqual(
      [
        ['title', 'invalid-value', 'Too big: expected string to have <=3 characters'],
        ['text', 'missing-field', 'This has to be filled in.'],
        ['twice', 'repeated-field', 'This came 2 times, but must come once.', { count: 2 }],
        ['upload', 'not-text', 'This must be text, but a file was sent.'],
        ['few', 'too-few-items', 'At least 1 is needed here, not 0.', { min: 1, count: 0 }],
        ['many', 'too-many-items', 'At most 1 can be sent here, not 2.', { limit: 1, count: 2 }],
        [
          'asText',
          'not-a-file',
          'This has to be a file. Its part has no filename, so it was taken for text. Send the file with a filename.',
        ],
        ['missing', 'missing-file', 'Choose a file.', { min: 1 }],
        ['none', 'no-file-selected', 'Choose a file.', { min: 1 }],
        ['fewFiles', 'too-few-files', 'Choose 2 files at least, not 1.', { min: 2, count: 1 }],
        ['manyFiles', 'too-many-files', 'Choose 1 file at most, not 2.', { limit: 1, count: 2 }],
        [
          'extension',
          'type-not-allowed',
          '"a.exe" is not allowed: .exe files are not accepted here. Allowed are png, jpg.',
          { filename: 'a.exe', extension: 'exe', allowed: ['png', 'jpg'] },
        ],
        [
          'content',
          'type-mismatch',
          '"a.png" is not what its name says: it is text/html. Choose another file.',
          { filename: 'a.png', extension: 'png', found: 'text/html' },
        ],
        [
          'large',
          'file-too-large',
          '"a.png" is larger than the limit of 1000 bytes for a file. Choose a smaller file.',
          { limit: 1000, filename: 'a.png' },
        ],
        [
          'small',
          'file-too-small',
          '"a.png" is smaller than the minimum of 10 bytes for a file. Choose a larger file.',
          { limit: 10, filename: 'a.png' },
        ],
        [
          'scanned',
          'content-refused',
          '"cat.png" was refused: it is a cat.',
          { filename: 'cat.png', reason: 'it is a cat' },
        ],
        ['unknownFile', 'unknown-field', 'The form has no field of this name.'],
        ['unknown', 'unknown-field', 'The form has no field of this name.'],
      ].map(([field, code, detail, details = {}]) => ({
        ...(typeof details === 'object' && details),
        path: [field],
        field,
        code,
        detail,
      })),
    )
    expect(problem).toMatchObject({ type: 'urn:problem-type:decant:invalid-form', status: 422, code: 'invalid-form' })
    expect(problem.detail).toMatch(
      /^"title": Too big: expected string to have <=3 characters\. "text": This has to be filled in\. .* And 8 more\.$/,
    )
    expect(await place.contents()).toEqual([])
  })

  test('for a file in a list names that file', async () => {
    const place = open()
    const photos = photoSet(place.storage)
    const post = uploadForm({ items: list({ photo: photos.one() }) })
    const result = await post.attempt(
      await formRequest([file('items[3].photo', 'a.png', PNG), file('items[7][photo]', 'b.exe', PNG)]),
    )
    if (result.ok) return expect.unreachable()
    expect(result.error.details.errors).toMatchObject([
      { path: ['items', 1, 'photo'], field: 'items[7].photo', code: 'type-not-allowed' },
    ])
    expect(await place.contents()).toEqual([])
  })

  test.each([
    ['truncated', 'truncated-body', 400, (body: string) => body.slice(0, -40)],
    ['malformed', 'malformed-body', 400, (body: string) => body.replaceAll('; name=', '; nome=')],
  ])('because its body is %s is answered %s, and leaves nothing', async (_kind, code, status, damage) => {
    const place = open()
    const post = uploadForm({ title: z.string(), cover: photoSet(place.storage).one() })
    const { bytes, contentType } = await formBody([file('cover', 'a.png', PNG), { name: 'title', value: 'a' }])
    const body = Buffer.from(damage(Buffer.from(bytes).toString('latin1')), 'latin1')
    await expect(post.attempt(rawRequest(new Uint8Array(body), contentType))).rejects.toMatchObject({ code, status })
    expect(await place.contents()).toEqual([])
  })

  test('because it is larger than all its controls together is answered 413, and leaves nothing', async () => {
    const place = open()
    const post = uploadForm({ title: z.string(), cover: photoSet(place.storage).one() })
    const body = [file('cover', 'a.png', PNG), { name: 'title', value: 'a' }, file('x', 'x', 9 * MiB)]
    for (const chunked of [false, true]) {
      await expect(post.attempt(await formRequest(body, { chunked }))).rejects.toMatchObject({
        code: 'body-too-large',
        status: 413,
        details: { limit: 1000 + 8 * MiB },
      })
    }
    expect(await place.contents()).toEqual([])
  })

  test("because its handler throws keeps nothing, and rejects with the handler's error", async () => {
    const place = open()
    const photos = photoSet(place.storage)
    const post = uploadForm({ cover: photos.one(), gallery: photos.many() })
    const failure = new Error('no database')
    const body = [file('cover', 'a.png', PNG), file('gallery', 'b.png', PNG)]
    const handler = async (): Promise<never> => Promise.reject(failure)
    await expect(post.receive(await formRequest(body), handler)).rejects.toBe(failure)
    await expect(post.attempt(await formRequest(body), handler)).rejects.toBe(failure)
    expect(await place.contents()).toEqual([])
  })

  test('because its signal aborts leaves nothing', async () => {
    const place = open()
    const post = uploadForm({ cover: photoSet(place.storage).one() })
    const controller = new AbortController()
    const late = uploadForm({
      title: z.string().refine(() => {
        controller.abort(new Error('enough'))
        return true
      }),
      cover: photoSet(place.storage).one(),
    })
    const body = [file('cover', 'a.png', PNG), { name: 'title', value: 'a' }]
    await expect(late.receive(await formRequest(body), { signal: controller.signal })).rejects.toThrow('enough')
    await expect(post.receive(await formRequest(body), { signal: controller.signal })).rejects.toThrow('enough')
    await expect(post.receive(await formRequest(body), () => {}, { signal: controller.signal })).rejects.toThrow(
      'enough',
    )
    expect(await place.contents()).toEqual([])
  })

  test.each([
    ['seal', 'without a handler'],
    ['reserve', 'without a handler'],
    ['prepare', 'without a handler'],
    ['commit', 'without a handler'],
    ['seal', 'with a handler'],
    ['reserve', 'with a handler'],
    ['prepare', 'with a handler'],
  ] as const)('because the storage fails to %s, %s, leaves nothing', async (stage, way) => {
    for (const code of ['storage-failed', 'storage-full'] as const) {
      for (const call of [1, 2]) {
        // One transaction, so that its steps happen once.
        if (call > 1 && (stage === 'prepare' || stage === 'commit')) continue
        const place = open()
        const broken = failingStorage(place.storage, { [stage]: [call] }, { error: () => new UploadError(code, {}) })
        const photos = photoSet(broken)
        const post = uploadForm({ cover: photos.one(), other: photos.one() }, { keep: { secret: 's'.repeat(32) } })
        const request = await formRequest([file('cover', 'a.png', PNG), file('other', 'b.png', PNG)])
        let isAsked = false
        const handler = (): void => void (isAsked = true)
        const outcome = way === 'with a handler' ? post.attempt(request, handler) : post.attempt(request)
        await expect(outcome).rejects.toMatchObject({ code, status: code === 'storage-full' ? 507 : 500 })
        expect(isAsked).toBe(false)
        expect(await place.contents()).toEqual([])
      }
    }
  })

  test('by the storage alone, after the handler has succeeded, is delayed and not undone', async () => {
    const place = open()
    const broken = failingStorage(place.storage, { commit: [1] })
    const post = uploadForm({ cover: photoSet(broken).one() }, { keep: { secret: 's'.repeat(32) } })
    const request = await formRequest([file('cover', 'a.png', PNG)])
    await expect(post.attempt(request, () => 'row 7')).rejects.toMatchObject({
      code: 'publishing-delayed',
      status: 500,
    })
    await broken.sweep()
    expect(await place.contents()).toEqual(['a.png'])
  })
})

describe('a body', () => {
  test('that is urlencoded is accepted if the form has no files', async () => {
    const post = uploadForm({ title: z.string(), tags: list(z.string()) })
    const data = await post.receive(rawRequest('title=a+b&tags=1&tags%5B%5D=2', URLENCODED))
    expect(data).toEqual({ title: 'a b', tags: ['1', '2'] })
  })

  test.each([
    ['a', (set: ReturnType<typeof photoSet>) => ({ cover: set.one() })],
    ['an optional', (set: ReturnType<typeof photoSet>) => ({ items: list({ photo: set.optional() }) })],
    ['a grouped', (set: ReturnType<typeof photoSet>) => ({ group: { photo: set.optional() } })],
  ])('that is urlencoded is 415 with a hint for a form with %s file', async (_, shape) => {
    const post = uploadForm({ title: z.string(), ...shape(photoSet(memoryStorage())) })
    await expect(post.attempt(rawRequest('title=a', URLENCODED))).rejects.toMatchObject({
      code: 'unsupported-media-type',
      status: 415,
      details: { hint: 'Give the form enctype="multipart/form-data"; otherwise it has the names of its files only.' },
    })
  })

  test.each([
    ['text/plain', 'title=a'],
    ['application/json', '{"title":"a"}'],
    [undefined, 'title=a'],
  ])('of type %s is 415', async (contentType, body) => {
    const post = uploadForm({ title: z.string() })
    await expect(post.attempt(rawRequest(body, contentType))).rejects.toMatchObject({
      code: 'unsupported-media-type',
      status: 415,
    })
  })

  test('that is refused half-way is read to its end, so that the client gets the answer', async () => {
    const { bytes, contentType } = await formBody([file('x', 'x', 20 * MiB)])
    let offset = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(bytes.subarray(offset, (offset += MiB)))
        if (offset >= bytes.length) controller.close()
      },
    })
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: { 'content-type': contentType },
      body,
      duplex: 'half',
    }
    const post = uploadForm({ title: z.string() })
    await expect(post.receive(new Request('http://localhost', init))).rejects.toMatchObject({ code: 'body-too-large' })
    expect(offset).toBeGreaterThanOrEqual(bytes.length)
  })

  test('that was read already is a TypeError', async () => {
    const request = await formRequest([{ name: 'title', value: 'a' }])
    await request.text()
    await expect(uploadForm({ title: z.string() }).receive(request)).rejects.toThrow(TypeError)
  })

  test('has room for all declared files and for fields up to `maxFieldSize`', async () => {
    const photos = photoSet(memoryStorage(), { maxFileSize: 3 * MiB, content: 'trust' })
    const post = uploadForm(
      { text: z.string(), items: list({ photo: photos.one(), more: photos.many({ max: 2 }) }, { max: 2 }) },
      { maxFieldSize: 9 * MiB },
    )
    const names = [0, 1].flatMap((index) => [`items[${index}].photo`, `items[${index}].more`, `items[${index}].more[]`])
    const files = names.map((name, index) => ({ name, filename: `${index}.png`, content: new Uint8Array(3 * MiB) }))
    const data = await post.receive(
      await formRequest([...files, { name: 'text', value: 'a'.repeat(9 * MiB - 10_000) }]),
    )
    expect(data.items.map(({ photo, more }) => [photo.size, ...more.map(({ size }) => size)])).toEqual(
      [3, 3].map((size) => Array.from({ length: size }, () => 3 * MiB)),
    )
  })

  test('may hold more files than an input takes: they are not stored, and need no space', async () => {
    const photos = photoSet(memoryStorage({ maxSize: PNG.length }))
    const files = Array.from({ length: 50 }, (_, index) => file('cover', `${index}.png`, PNG))
    const result = await uploadForm({ cover: photos.one() }).attempt(await formRequest(files))
    expect(result.ok ? undefined : result.error.details.errors).toMatchObject([
      { code: 'too-many-files', detail: 'Choose 1 file at most, not 50.' },
    ])
  })

  test('may have a list without a maximum, beside files', async () => {
    const post = uploadForm({ tags: list(z.string(), { max: Infinity }), cover: photoSet(memoryStorage()).one() })
    const body = [file('cover', 'a.png', PNG), { name: 'tags', value: 'a' }]
    expect(await post.receive(await formRequest(body))).toMatchObject({ tags: ['a'], cover: { key: 'a.png' } })
  })

  test('may send an empty text for an input in which nothing was chosen, like the FormData of Node', async () => {
    const photos = photoSet(memoryStorage())
    const body = new FormData()
    body.append('cover', new File([], ''))
    const request = (): Request => new Request('http://localhost', { method: 'POST', body })
    expect(await uploadForm({ cover: photos.optional() }).receive(request())).toEqual({ cover: undefined })
    const result = await uploadForm({ cover: photos.one() }).attempt(request())
    expect(result.ok ? undefined : result.errors.get('cover')?.code).toBe('no-file-selected')
  })

  test('may hold fields after files, and files with or without numbers', async () => {
    const photos = photoSet(memoryStorage())
    const post = uploadForm({ title: z.string(), gallery: photos.many(), cover: photos.optional() })
    const data = await post.receive(
      await formRequest([
        file('gallery[0]', 'a.png', PNG),
        file('gallery[]', 'b.png', PNG),
        file('gallery', 'c.png', PNG),
        file('gallery', '', ''),
        file('cover', '', ''),
        { name: 'title', value: 'Hello' },
      ]),
    )
    expect(data.gallery.map(({ key }) => key)).toEqual(['a.png', 'b.png', 'c.png'])
    expect(data.cover).toBeUndefined()
    for (const name of ['cover[]', 'cover[0]', 'gallery.a', 'gallery[0][0]']) {
      const result = await post.attempt(await formRequest([{ name: 'title', value: 'a' }, file(name, 'a.png', PNG)]))
      expect(result.ok ? undefined : result.errors.get(name)?.code).toBe('unknown-field')
    }
  })
})
