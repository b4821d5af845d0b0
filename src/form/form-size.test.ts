import { expect, test } from 'vitest'
import { z } from 'zod'
import { MiB } from '../errors/byte-size.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { formRequest } from '../receive/fixtures/form-body.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { list } from './form-shape.ts'
import { uploadForm } from './upload-form.ts'

const covers = uploadSet('covers', { storage: memoryStorage(), maxFileSize: 4 * MiB })
const photos = uploadSet('photos', { storage: memoryStorage(), maxFileSize: 2 * MiB, maxFiles: 3 })
const post = uploadForm({
  title: z.string(),
  cover: covers.one(),
  gallery: photos.many(),
  extra: { scan: covers.optional() },
  items: list({ name: z.string(), photo: photos.one() }, { max: 5 }),
})

/** A body that declares its length and is never sent. */
function announced(size: number): Request {
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error('a byte was asked for')) })
  const headers = { 'content-type': 'multipart/form-data; boundary=X', 'content-length': String(size) }
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', headers, body, duplex: 'half' }
  return new Request('http://localhost/', init)
}

test('a form over its whole limit is refused with the limits of each file, before a byte is read', async () => {
  await expect(post.receive(announced(33 * MiB))).rejects.toMatchObject({
    code: 'body-too-large',
    message:
      'The whole request may have at most 32 MiB; "cover" up to 4 MiB, "gallery" up to 3 files of at most 2 MiB, ' +
      '"extra.scan" up to 4 MiB, "items[].photo" up to 5 files of at most 2 MiB. Send fewer or smaller files.',
    details: {
      limit: 32 * MiB,
      limits: [
        { field: 'cover', maxFileSize: 4 * MiB, maxFiles: 1 },
        { field: 'gallery', maxFileSize: 2 * MiB, maxFiles: 3 },
        { field: 'extra.scan', maxFileSize: 4 * MiB, maxFiles: 1 },
        { field: 'items[].photo', maxFileSize: 2 * MiB, maxFiles: 5 },
      ],
    },
  })
})

test('a form over its whole limit without a declared length is refused with the limits of each file', async () => {
  const small = uploadForm({ cover: covers.one() }, { maxBodySize: 4 * MiB + 1 })
  const request = await formRequest(
    [
      { name: 'a', value: 'x' },
      { name: 'cover', filename: 'a', content: new Uint8Array(5 * MiB) },
    ],
    { chunked: true },
  )
  await expect(small.receive(request)).rejects.toMatchObject({
    code: 'body-too-large',
    details: { limits: [{ field: 'cover', maxFileSize: 4 * MiB, maxFiles: 1 }] },
  })
})

test('a form whose limit is below that of a file is refused with its whole limit alone', async () => {
  const small = uploadForm({ cover: covers.one() }, { maxBodySize: MiB })
  await expect(small.receive(announced(2 * MiB))).rejects.toMatchObject({
    message: 'The whole request may have at most 1 MiB. Send fewer or smaller files.',
    details: expect.not.objectContaining({ limits: expect.anything() }),
  })
})

test('a form has room for as many files as it declares, beyond the usual number of parts', async () => {
  const many = uploadSet('many', { storage: memoryStorage(), extensions: ['bin'], maxFiles: 1500 })
  const form = new FormData()
  // The last file is refused for its extension, so that none has to be stored.
  for (let index = 1; index <= 1200; index += 1) form.append('files', new Blob(['x']), `${index}.bin`)
  form.append('files', new Blob(['x']), 'last.exe')
  await expect(
    uploadForm({ files: many.many() }).receive(new Request('http://localhost/', { method: 'POST', body: form })),
  ).rejects.toMatchObject({ code: 'invalid-form', details: { errors: [{ code: 'type-not-allowed' }] } })
})
