import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { Sentences } from '../errors/sentences.ts'
import { toProblem } from '../errors/problem.ts'
import { isUploadError, UploadError } from '../errors/upload-error.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { list } from './form-shape.ts'
import { uploadForm } from './upload-form.ts'

afterEach(() => vi.restoreAllMocks())

const photos = uploadSet('photos', { storage: memoryStorage(), content: 'trust', maxFileSize: 5, extensions: ['png'] })
const shape = {
  title: z.string().max(3),
  name: z.string(),
  tags: list(z.string(), { min: 2 }),
  cover: photos.one(),
  gallery: photos.many({ max: 1 }),
}

function request(language: string): Request {
  const body = new FormData()
  body.append('title', 'too long')
  body.append('tags', 'one')
  body.append('cover', new File(['123456'], 'a.png'))
  body.append('gallery', new File(['1'], 'b.png'))
  body.append('gallery', new File(['1'], 'c.png'))
  return new Request('http://x/', { method: 'POST', body, headers: { 'accept-language': language } })
}

function isGerman(received: unknown): boolean {
  return received instanceof Request && received.headers.get('accept-language') === 'de'
}

const GERMAN: Sentences = {
  'missing-field': (_, received) => (isGerman(received) ? 'Bitte ausfüllen.' : undefined),
  'invalid-value': ({ detail }, received) => (isGerman(received) ? `Ungültig (${detail}).` : undefined),
  'too-few-items': ({ min, count }, received) => (isGerman(received) ? `${count} von ${min}.` : undefined),
  'file-too-large': ({ limit, filename }, received) => (isGerman(received) ? `${filename} über ${limit}.` : undefined),
  'too-many-files': ({ limit, count }, received) => (isGerman(received) ? `${count}, nicht ${limit}.` : undefined),
}
const TOLD = [
  ['title', 'Ungültig (Too big: expected string to have <=3 characters).'],
  ['name', 'Bitte ausfüllen.'],
  ['tags', '1 von 2.'],
  ['cover', 'a.png über 5.'],
  ['gallery', '2, nicht 1.'],
]

test('the sentences beside the controls are those of the application, in the language of the request', async () => {
  const form = uploadForm(shape, { sentences: GERMAN })
  const german = await form.attempt(request('de'))
  if (german.ok) return expect.unreachable()
  expect([...german.errors].map(([field, { detail }]) => [field, detail])).toEqual(TOLD)
  expect(german.errors.get('gallery')).toMatchObject({ code: 'too-many-files', limit: 1, count: 2 })
  expect(german.error.message).toMatch(/^"title": Ungültig .* "name": Bitte ausfüllen\. .* "gallery": 2, nicht 1\.$/)
  const english = await form.attempt(request('en'))
  if (english.ok) return expect.unreachable()
  expect(english.errors.get('name')?.detail).toBe('This has to be filled in.')
})

test('a form that is received without a page rejects with the same sentences', async () => {
  const error: unknown = await uploadForm(shape, { sentences: GERMAN })
    .receive(request('de'))
    .catch((reason: unknown) => reason)
  if (!isUploadError(error) || error.code !== 'invalid-form') return expect.unreachable()
  expect(toProblem(error).errors.map(({ field, detail }) => [field, detail])).toEqual(TOLD)
})

test('faults that the handler finds are told in the words of the application, too', async () => {
  const form = uploadForm(
    { name: z.string() },
    { sentences: { 'invalid-value': ({ field }) => `${field} ist belegt.` } },
  )
  const body = new FormData()
  body.append('name', 'ann')
  const result = await form.attempt(new Request('http://x/', { method: 'POST', body }), () => {
    throw new UploadError('invalid-form', {
      errors: [{ path: ['name'], field: 'name', code: 'invalid-value', detail: 'This name is taken.' }],
    })
  })
  if (result.ok) return expect.unreachable()
  expect(result.errors.get('name')?.detail).toBe('name ist belegt.')
})

test.each([true, false])(
  'a sentence that throws is told, and the form keeps the usual one (onError: %s)',
  async (has) => {
    const faults: unknown[] = []
    const mistake = new Error('a mistake in a translation')
    vi.spyOn(console, 'error').mockImplementation((fault: unknown) => void faults.push(fault))
    const sent = request('de')
    const form = uploadForm(shape, {
      sentences: {
        'missing-field': () => {
          throw mistake
        },
      },
      ...(has && { onError: (fault: unknown, received: unknown) => faults.push([fault, received === sent]) }),
    })
    const result = await form.attempt(sent)
    if (result.ok) return expect.unreachable()
    expect(result.errors.get('name')?.detail).toBe('This has to be filled in.')
    expect(faults).toEqual([has ? [mistake, true] : mistake])
  },
)

test('a form leaves nothing behind if onError throws', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'words-'))
  const files = uploadSet('files', { storage: diskStorage(folder), extensions: ['txt'] })
  const broken = (): never => {
    throw new Error('broken')
  }
  const form = uploadForm({ file: files.one(), other: files.one() }, { sentences: broken, onError: broken })
  const body = new FormData()
  body.append('file', new File(['text'], 'a.txt'))
  await expect(form.receive(new Request('http://x/', { method: 'POST', body }))).rejects.toThrow('broken')
  const left = await readdir(join(folder, '.decant', 'drafts'), { recursive: true, withFileTypes: true })
  expect(left.filter((entry) => entry.isFile() && entry.name !== 'lease')).toEqual([])
  await rm(folder, { recursive: true })
})
