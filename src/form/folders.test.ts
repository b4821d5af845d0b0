import { expect, test } from 'vitest'
import { z } from 'zod'
import { uploadSet } from '../policy/upload-set.ts'
import { file, formRequest } from '../receive/fixtures/form-body.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { PNG } from './fixtures/png.ts'
import { uploadForm } from './upload-form.ts'

const photos = uploadSet('photos', { storage: memoryStorage(), extensions: ['png'], folders: 'keep' })

test('a file input of a set with folders keeps them, below the folder that it chooses', async () => {
  const form = uploadForm({
    gallery: photos.many({ place: ({ scope = '' }) => ({ folder: scope }) }),
    cover: photos.one({ name: 'cover.' }),
  })
  const request = await formRequest([
    file('gallery', 'trip/a.png', PNG),
    file('gallery', 'trip/day 1/b.png', PNG),
    file('cover', 'trip/c.PNG', PNG),
  ])
  const { gallery, cover } = await form.receive(request, { scope: 'ann' })
  expect([...gallery, cover].map(({ key, filename }) => [key, filename])).toEqual([
    ['ann/trip/a.png', 'a.png'],
    ['ann/trip/day 1/b.png', 'b.png'],
    ['cover.png', 'c.PNG'],
  ])
})

test('a form tells beside the input that the path of a file cannot be kept', async () => {
  const form = uploadForm({ title: z.string(), gallery: photos.many() })
  const parts = [{ name: 'title', value: 'Hi' }, file('gallery', '../a.png', PNG), file('gallery', 'ok/b.png', PNG)]
  const result = await form.attempt(await formRequest(parts))
  expect(result).toMatchObject({
    ok: false,
    error: { details: { errors: [{ field: 'gallery', code: 'invalid-name' }] } },
  })
  expect((await photos.list({ folder: 'ok' })).files).toEqual([])
})
