import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { UploadError } from '../errors/upload-error.ts'
import type { FieldPart, FilePart } from '../multipart/encoder.ts'
import { everyFile } from '../policy/fixtures/sets.ts'
import { uploadSet } from '../policy/upload-set.ts'
import type { UploadSetOptions } from '../policy/upload-set-options.ts'
import { collect } from '../receive/fixtures/collect.ts'
import { file, formBody, formRequest } from '../receive/fixtures/form-body.ts'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { failingStorage } from '../testing/failing-storage.ts'
import { PLACES } from './fixtures/places.ts'
import { PNG } from './fixtures/png.ts'
import type { KeepOptions, KeptFiles } from './kept-files.ts'
import type { FormAttempt } from './upload-form.ts'
import { uploadForm } from './upload-form.ts'

const SECRET = 's'.repeat(32)
const BAD = { name: 'title', value: 'Hello' }
const GOOD = { name: 'title', value: 'Hi' }

function postForm(storage: Storage, keep: Partial<KeepOptions> = {}, policy: Partial<UploadSetOptions> = {}) {
  const photos = uploadSet('photos', { storage, extensions: ['png'], maxFileSize: 100_000, ...policy })
  const options = { keep: { secret: SECRET, ...keep } }
  return uploadForm({ title: z.string().max(3), cover: photos.optional(), gallery: photos.many({ max: 2 }) }, options)
}

type Post = ReturnType<typeof postForm>

async function attempt(post: Post, ...parts: (FieldPart | FilePart)[]) {
  return post.attempt(await formRequest(parts))
}

function keptOf(result: FormAttempt<unknown>): KeptFiles {
  if (result.ok || result.kept === undefined) throw new Error('Nothing was kept.')
  return result.kept
}

function codesOf(result: FormAttempt<unknown>): string[] {
  return result.ok ? [] : result.error.details.errors.map(({ field, code }) => `${field} ${code}`)
}

/** Sends good files in a form that is refused. Returns the hidden field for them. */
async function keepFirst(post: Post, ...files: FilePart[]): Promise<FieldPart> {
  return keptOf(await attempt(post, BAD, ...files)).field
}

describe.each(PLACES)('a file that is kept for the next try, in %s,', (_, open) => {
  test('is listed for the page, is not visible, and need not be sent again', async () => {
    const { storage, contents } = open()
    const post = postForm(storage)
    const before = Date.now()
    const { field, files, expiresAt } = keptOf(
      await attempt(post, BAD, file('cover', 'Große Katze.png', PNG), file('gallery', 'a.png', PNG)),
    )
    expect(files).toEqual([
      { field: 'cover', filename: 'Große Katze.png', size: PNG.length },
      { field: 'gallery', filename: 'a.png', size: PNG.length },
    ])
    expect(field.name).toBe('_kept')
    expect(field.value).toMatch(/^[\w.-]+$/)
    expect(expiresAt.getTime()).toBeGreaterThanOrEqual(before + 3_600_000)
    expect((await storage.list()).entries).toEqual([])

    const result = await attempt(post, GOOD, field, file('cover', '', ''), file('gallery', '', ''))
    if (!result.ok) return expect.unreachable()
    expect(result.value.cover).toMatchObject({ key: 'Große Katze.png', filename: 'Große Katze.png', type: 'image/png' })
    expect(result.value.gallery).toMatchObject([{ key: 'a.png' }])
    const stored = await storage.open('Große Katze.png')
    expect(stored && (await collect(stored.stream()))).toEqual(PNG)
    expect(await contents()).toHaveLength(2)
  })

  test('is kept as long as tries fail, also if a handler throws and its transaction is undone', async () => {
    const { storage, contents } = open()
    const post = postForm(storage)
    let field = await keepFirst(post, file('cover', 'a.png', PNG))
    for (let tries = 1; tries <= 3; tries++) {
      const result = await post.attempt(await formRequest([GOOD, field]), ({ cover }) => {
        expect(cover?.key).toBe('a.png')
        const errors = [{ path: ['title'], field: 'title', code: 'invalid-value', detail: 'Taken.' }] as const
        throw new UploadError('invalid-form', { errors })
      })
      expect(codesOf(result)).toEqual(['title invalid-value'])
      expect((await storage.list()).entries).toEqual([])
      field = keptOf(result).field
    }
    expect(await post.receive(await formRequest([GOOD, field]), ({ cover }) => cover?.key)).toBe('a.png')
    expect(await contents()).toEqual(['a.png'])
  })

  test('is used once, also if it is sent several times at once', async () => {
    const { storage, contents } = open()
    const post = postForm(storage)
    const field = await keepFirst(post, file('cover', 'a.png', PNG))
    const results = await Promise.all([
      attempt(post, GOOD, field),
      attempt(post, GOOD, field),
      attempt(post, GOOD, field),
    ])
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
    expect(codesOf(await attempt(post, GOOD, field))).toEqual(['cover file-expired'])
    expect(await contents()).toEqual(['a.png'])
  })

  test('counts once if its field comes twice', async () => {
    const post = postForm(open().storage)
    const field = await keepFirst(post, file('gallery', 'a.png', PNG))
    const result = await attempt(post, GOOD, field, field)
    expect(result.ok && result.value.gallery.map(({ key }) => key)).toEqual(['a.png'])
  })

  test('is replaced by a newly chosen file, and is then deleted', async () => {
    const { storage, contents } = open()
    const post = postForm(storage)
    const field = await keepFirst(post, file('cover', 'old.png', PNG))
    const result = await attempt(post, GOOD, field, file('cover', 'new.png', PNG))
    expect(result.ok && result.value.cover?.key).toBe('new.png')
    expect(await contents()).toEqual(['new.png'])

    const again = await keepFirst(post, file('cover', 'older.png', PNG))
    const parts = [GOOD, again, file('cover', 'newer.png', PNG)]
    expect(await post.receive(await formRequest(parts), ({ cover }) => cover?.key)).toBe('newer.png')
    expect(await contents()).toEqual(['new.png', 'newer.png'])
  })

  test('is replaced also in a form that is refused again', async () => {
    const { storage, contents } = open()
    const post = postForm(storage)
    const old = await keepFirst(post, file('cover', 'old.png', PNG))
    const { field, files } = keptOf(await attempt(post, BAD, old, file('cover', 'new.png', PNG)))
    expect(files.map(({ filename }) => filename)).toEqual(['new.png'])
    expect(codesOf(await attempt(post, GOOD, old))).toEqual(['cover file-expired'])
    expect((await attempt(post, GOOD, field)).ok).toBe(true)
    expect(await contents()).toEqual(['new.png'])
  })

  test('comes before new files; of too many, as many are kept as the input takes', async () => {
    const { storage, contents } = open()
    const post = postForm(storage)
    const one = await keepFirst(post, file('gallery', 'a.png', PNG))
    const crowded = await attempt(post, GOOD, one, file('gallery', 'b.png', PNG), file('gallery', 'c.png', PNG))
    expect(codesOf(crowded)).toEqual(['gallery too-many-files'])
    const { field, files } = keptOf(crowded)
    expect(files.map(({ filename }) => filename)).toEqual(['a.png', 'b.png'])
    const result = await attempt(post, GOOD, field)
    expect(result.ok && result.value.gallery.map(({ key }) => key)).toEqual(['a.png', 'b.png'])
    expect(await contents()).toEqual(['a.png', 'b.png'])
  })

  test('is refused at its input if the rules of its set have changed', async () => {
    const { storage, contents } = open()
    const field = await keepFirst(postForm(storage), file('cover', 'a.png', PNG), file('gallery', 'b.png', PNG))
    const result = await attempt(postForm(storage, {}, { extensions: ['jpg'] }), GOOD, field)
    expect(codesOf(result)).toEqual(['cover type-not-allowed', 'gallery type-not-allowed'])
    const smaller = await keepFirst(postForm(storage), file('cover', 'a.png', PNG))
    expect(codesOf(await attempt(postForm(storage, {}, { maxFileSize: 5 }), GOOD, smaller))).toEqual([
      'cover file-too-large',
    ])
    expect(await contents()).toEqual([])
  })

  test('of another set is not found, and stays with that set', async () => {
    const { storage } = open()
    const post = postForm(storage)
    const field = await keepFirst(post, file('cover', 'a.png', PNG))
    const others = uploadSet('others', { storage, extensions: ['png'] })
    const other = uploadForm({ cover: others.one() }, { keep: { secret: SECRET } })
    expect(codesOf(await other.attempt(await formRequest([field])))).toEqual(['cover file-expired'])
    expect((await attempt(post, GOOD, field)).ok).toBe(true)
  })

  test('is ignored by a form without its input', async () => {
    const { storage } = open()
    const post = postForm(storage)
    const field = await keepFirst(post, file('cover', 'a.png', PNG))
    const textOnly = uploadForm({ title: z.string() }, { keep: { secret: SECRET } })
    expect(await textOnly.receive(await formRequest([GOOD, field]))).toEqual({ title: 'Hi' })
    expect((await attempt(post, GOOD, field)).ok).toBe(true)
  })

  test('is found by its secret, and by an older one while that is accepted', async () => {
    const { storage } = open()
    const field = await keepFirst(postForm(storage), file('cover', 'a.png', PNG))
    const fresh = 'f'.repeat(32)
    const stranger = await attempt(postForm(storage, { secret: fresh }), GOOD, field)
    expect(stranger.ok && stranger.value.cover).toBeUndefined()
    const rotated = await attempt(postForm(storage, { secret: [fresh, SECRET] }), GOOD, field)
    expect(rotated.ok && rotated.value.cover?.key).toBe('a.png')
  })

  test('is not found by a token that was changed at any position', async () => {
    const { storage } = open()
    const post = postForm(storage)
    const { name, value } = await keepFirst(post, file('cover', 'a.png', PNG))
    const changed = Array.from(
      value,
      (letter, at) => value.slice(0, at) + (letter === 'A' ? 'B' : 'A') + value.slice(at + 1),
    )
    const [drafts = '', signature = ''] = value.split('.')
    const forged = [
      value.slice(0, -1),
      drafts,
      `${drafts}.`,
      `.${signature}`,
      `${value}.`,
      `${value}.x`,
      '',
      '.',
      'null.',
      '\u{1F600}',
    ]
    for (const token of [...changed, ...forged]) {
      const result = await attempt(post, GOOD, { name, value: token })
      expect(result.ok && result.value.cover, token).toBeUndefined()
    }
    expect((await attempt(post, GOOD, { name, value })).ok).toBe(true)
  })

  test('cannot be claimed after it has expired, and is swept', async () => {
    const { storage, contents } = open()
    // This time is over at once.
    const post = postForm(storage, { expiresInMs: Number.MIN_VALUE })
    const field = await keepFirst(post, file('cover', 'a.png', PNG))
    expect(await contents()).not.toEqual([])
    const result = await attempt(post, GOOD, field)
    expect(codesOf(result)).toEqual(['cover file-expired'])
    expect(!result.ok && result.errors.get('cover')?.detail).toBe(
      'The file of the last try has expired. Choose it again.',
    )
    expect(await storage.sweep()).toBe(1)
    expect(await contents()).toEqual([])
  })

  test('that has expired is not reported if another file was chosen', async () => {
    const { storage } = open()
    const post = postForm(storage, { expiresInMs: Number.MIN_VALUE })
    const field = await keepFirst(post, file('cover', 'a.png', PNG))
    expect((await attempt(post, GOOD, field, file('cover', 'b.png', PNG))).ok).toBe(true)
  })

  test('is still kept for a third try if the second breaks off or fails in the server', async () => {
    const { storage, contents } = open()
    const post = postForm(storage)
    const field = await keepFirst(post, file('cover', 'a.png', PNG), file('gallery', 'b.png', PNG))
    const anew = file('cover', 'new.png', PNG)

    const { bytes, contentType } = await formBody([field, GOOD, anew])
    const broken = new Request('http://localhost', {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: bytes.slice(0, -60),
    })
    await expect(post.attempt(broken)).rejects.toMatchObject({ code: 'truncated-body' })

    const failure = new Error('no database')
    const handler = (): never => {
      throw failure
    }
    await expect(post.attempt(await formRequest([GOOD, field]), handler)).rejects.toBe(failure)
    await expect(post.receive(await formRequest([GOOD, field, anew]), handler)).rejects.toBe(failure)
    await expect(post.receive(await formRequest([BAD, field]))).rejects.toMatchObject({ code: 'invalid-form' })

    const result = await attempt(post, GOOD, field)
    expect(result.ok && [result.value.cover?.key, ...result.value.gallery.map(({ key }) => key)]).toEqual([
      'a.png',
      'b.png',
    ])
    expect(await contents()).toEqual(['a.png', 'b.png'])
  })

  test('is not kept if the handler refuses its input, and the files of other inputs are', async () => {
    const { storage, contents } = open()
    const post = postForm(storage)
    const earlier = await keepFirst(post, file('cover', 'old.png', PNG))
    const refuse = (): never => {
      const error = { path: ['cover'], field: 'cover', code: 'invalid-value', detail: 'It is broken.' } as const
      throw new UploadError('invalid-form', { errors: [error] })
    }
    for (const cover of [file('cover', 'new.png', PNG), earlier]) {
      const parts = [GOOD, cover, file('gallery', 'a.png', PNG)]
      const refused = await post.attempt(await formRequest(parts), refuse)
      expect(codesOf(refused)).toEqual(['cover invalid-value'])
      const { field, files } = keptOf(refused)
      expect(files.map(({ filename }) => filename)).toEqual(['a.png'])
      const result = await attempt(post, GOOD, field)
      expect(result.ok && result.value.cover).toBeUndefined()
    }
    expect(await contents()).not.toContain('new.png')
  })

  test.each(['prepare', 'commit', 'reserve'] as const)(
    'outlives a storage that fails to %s the second try',
    async (stage) => {
      const { storage, contents } = open()
      const field = await keepFirst(postForm(storage), file('cover', 'a.png', PNG), file('gallery', 'b.png', PNG))
      const post = postForm(failingStorage(storage, { [stage]: [1] }))
      await expect(attempt(post, GOOD, field)).rejects.toMatchObject({ code: 'storage-failed' })
      expect((await attempt(post, GOOD, field)).ok).toBe(true)
      expect(await contents()).toEqual(['a.png', 'b.png'])
    },
  )

  test('is not kept if the storage fails: the others are kept, and nothing is left of this one', async () => {
    const { storage, contents } = open()
    const files = [file('cover', 'a.png', PNG), file('gallery', 'b.png', PNG), file('gallery', 'c.png', PNG)]
    const some = await attempt(postForm(failingStorage(storage, { keep: [2] })), BAD, ...files)
    expect(codesOf(some)).toEqual(['title invalid-value'])
    expect(keptOf(some).files.map(({ filename }) => filename)).toEqual(['a.png', 'c.png'])
    expect((await attempt(postForm(storage), GOOD, keptOf(some).field)).ok).toBe(true)
    expect(await contents()).toEqual(['a.png', 'c.png'])

    const none = await attempt(postForm(failingStorage(storage, { keep: [1, 2, 3] })), BAD, ...files)
    expect(codesOf(none)).toEqual(['title invalid-value'])
    expect('kept' in none).toBe(false)
    expect(await contents()).toEqual(['a.png', 'c.png'])
  })

  test('does not exist if all files of the form were refused', async () => {
    const { storage, contents } = open()
    const result = await attempt(postForm(storage), GOOD, file('cover', 'a.exe', PNG))
    expect(codesOf(result)).toEqual(['cover type-not-allowed'])
    expect('kept' in result).toBe(false)
    expect(await contents()).toEqual([])
  })

  test('is not shown among the values of the page', async () => {
    const { storage } = open()
    const post = postForm(storage)
    const field = await keepFirst(post, file('cover', 'a.png', PNG))
    const result = await attempt(post, BAD, field, { name: '_charset_', value: 'utf-8' })
    expect(result.ok || [...result.values]).toEqual([['title', 'Hello']])
  })
})

describe('keeping files', () => {
  test('outlives the process, also if that is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'decant-kept-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const program = fileURLToPath(new URL('fixtures/keep-process.ts', import.meta.url))
    const child = spawn(process.execPath, ['-C', 'source', program, folder, SECRET], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exit = once(child, 'exit')
    const value = await text(child.stdout)
    expect(await exit).toEqual([null, 'SIGKILL'])

    const storage = diskStorage(folder)
    await storage.sweep()
    const result = await attempt(postForm(storage), GOOD, { name: '_kept', value })
    expect(result.ok && result.value.cover).toMatchObject({ key: 'cat.png', size: PNG.length })
    expect(everyFile(folder)).toEqual(['cat.png'])
  })

  test('needs a storage that can do so: otherwise the form is a TypeError at once', () => {
    const [, open] = PLACES[0] ?? expect.unreachable()
    const storage = failingStorage(open().storage, {}, { keeping: false })
    const photos = uploadSet('photos', { storage })
    expect(() => uploadForm({ group: { cover: photos.one() } }, { keep: { secret: SECRET } })).toThrow(
      '"group.cover" cannot be used with "keep": the storage of the set "photos" (memory) cannot set drafts aside.',
    )
    expect(() => uploadForm({ group: { cover: photos.one() } })).not.toThrow()
  })

  test.each([
    { secret: 'short' },
    { secret: [] },
    { secret: SECRET, expiresInMs: 0 },
    { secret: SECRET, expiresInMs: Infinity },
    { secret: SECRET, expiresInMs: Number.NaN },
  ])('does not accept the options %j', (options) => {
    expect(() => uploadForm({ title: z.string() }, { keep: options })).toThrow(TypeError)
  })
})
