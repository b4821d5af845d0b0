import { describe, expect, test } from 'vitest'
import * as v from 'valibot'
import { type } from 'arktype'
import { z } from 'zod'
import { isUploadError } from '../errors/upload-error.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { file, formRequest } from '../receive/fixtures/form-body.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { list } from './form-shape.ts'
import { uploadForm } from './upload-form.ts'

const SECRET = 's'.repeat(32)
const PNG = new Uint8Array([
  137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0,
])

function photoSet() {
  const storage = memoryStorage()
  return uploadSet('photos', { storage, extensions: ['png', 'jpg'], maxFileSize: 1000, content: 'trust' })
}

describe('a form', () => {
  test('resolves with the declared data', async () => {
    const photos = photoSet()
    const post = uploadForm({
      title: z.string().max(80),
      age: v.pipe(v.string(), v.transform(Number)),
      colour: type('"red" | "blue"'),
      tags: list(z.string()),
      items: list({ name: z.string(), photo: photos.optional() }),
      cover: photos.one(),
      gallery: photos.many({ max: 10 }),
    })
    const data = await post.receive(
      await formRequest([
        { name: 'tags', value: 'a' },
        file('gallery[]', 'one.png', PNG),
        { name: 'title', value: 'Hello' },
        { name: 'tags[]', value: 'b' },
        file('cover', 'cover.png', PNG),
        { name: 'items[2].name', value: 'third' },
        { name: 'items[0][name]', value: 'first' },
        file('items[2].photo', 'third.jpg', PNG),
        { name: 'age', value: '42' },
        { name: 'colour', value: 'red' },
        file('gallery', 'one.png', PNG),
      ]),
    )
    expect(data).toMatchObject({
      title: 'Hello',
      age: 42,
      colour: 'red',
      tags: ['a', 'b'],
      items: [{ name: 'first' }, { name: 'third', photo: { key: 'third.jpg' } }],
      cover: { key: 'cover.png' },
      gallery: [{ key: 'one.png' }, { key: 'one_1.png' }],
    })
  })

  test('reports all faults at once, and keeps nothing', async () => {
    const photos = photoSet()
    const post = uploadForm({
      title: z.string().max(3),
      text: z.string(),
      cover: photos.one(),
      other: photos.one(),
      gallery: photos.many({ max: 1 }),
    })
    const result = await post.attempt(
      await formRequest([
        { name: 'title', value: 'Hello' },
        file('cover', 'cover.exe', PNG),
        file('gallery', 'big.png', 1001),
        file('gallery', 'ok.png', PNG),
        { name: 'evil', value: '1' },
        { name: '__proto__', value: '1' },
      ]),
    )
    if (result.ok) return expect.unreachable()
    expect(result.error.details.errors.map(({ field, code }) => [field, code])).toEqual([
      ['title', 'invalid-value'],
      ['text', 'missing-field'],
      ['cover', 'type-not-allowed'],
      ['other', 'missing-file'],
      ['gallery', 'file-too-large'],
      ['gallery', 'too-many-files'],
      ['evil', 'unknown-field'],
      ['__proto__', 'unknown-field'],
    ])
    expect(result.values.get('title')).toBe('Hello')
    expect((await photos.list()).files).toEqual([])
  })

  test('gives the handler the keys of the files, and keeps nothing if it throws', async () => {
    const photos = photoSet()
    const post = uploadForm({ cover: photos.one(), gallery: photos.many() })
    const body = () => formRequest([file('cover', 'a.png', PNG), file('gallery', 'a.png', PNG)])
    const failure = new Error('no database')
    await expect(
      post.receive(await body(), async ({ cover }) => {
        expect(cover.key).toBe('a.png')
        expect(await photos.get('a.png')).toBeUndefined()
        throw failure
      }),
    ).rejects.toBe(failure)
    expect((await photos.list()).files).toEqual([])
    const id = await post.receive(await body(), ({ cover, gallery }) => [cover.key, ...gallery.map(({ key }) => key)])
    expect(id).toEqual(['a.png', 'a_1.png'])
    expect((await photos.list()).files.map(({ key }) => key)).toEqual(['a.png', 'a_1.png'])
  })

  test('keeps good files for the next try', async () => {
    const photos = photoSet()
    const post = uploadForm({ title: z.string().max(3), cover: photos.one() }, { keep: { secret: SECRET } })
    const first = await post.attempt(
      await formRequest([{ name: 'title', value: 'Hello' }, file('cover', 'cover.png', PNG)]),
    )
    if (first.ok || first.kept === undefined) return expect.unreachable()
    expect(first.kept.files).toEqual([{ field: 'cover', filename: 'cover.png', size: PNG.length }])
    const { name, value } = first.kept.field
    const second = await post.attempt(
      await formRequest([{ name: 'title', value: 'Hi' }, { name, value }, file('cover', '', '')]),
    )
    if (!second.ok) return expect.unreachable()
    expect(second.value.cover).toMatchObject({ key: 'cover.png', size: PNG.length })
    const third = await post.attempt(
      await formRequest([
        { name: 'title', value: 'Hi' },
        { name, value },
      ]),
    )
    expect(third.ok ? [] : third.error.details.errors.map(({ code }) => code)).toEqual(['file-expired'])
    await expect(post.receive(await formRequest([]))).rejects.toSatisfy(isUploadError)
  })
})
