import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { FieldPart, FilePart } from '../multipart/encoder.ts'
import { uploadSet } from '../policy/upload-set.ts'
import { file, formRequest } from '../receive/fixtures/form-body.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { PLACES } from './fixtures/places.ts'
import { PNG } from './fixtures/png.ts'
import type { KeepOptions, KeptFiles } from './kept-files.ts'
import type { FormAttempt } from './upload-form.ts'
import { uploadForm } from './upload-form.ts'

const SECRET = 's'.repeat(32)
const BAD = { name: 'title', value: 'Hello' }
const GOOD = { name: 'title', value: 'Hi' }

function postForm(storage: Storage, keep: Partial<KeepOptions> = {}) {
  const photos = uploadSet('photos', { storage, extensions: ['png'] })
  return uploadForm({ title: z.string().max(3), cover: photos.optional() }, { keep: { secret: SECRET, ...keep } })
}

function keptOf(result: FormAttempt<unknown>): KeptFiles {
  if (result.ok || result.kept === undefined) throw new Error('Nothing was kept.')
  return result.kept
}

async function attempt(post: ReturnType<typeof postForm>, ...parts: (FieldPart | FilePart)[]) {
  return post.attempt(await formRequest(parts))
}

describe.each(PLACES)('a file that is kept for the next try, in %s,', (_, open) => {
  test('is not found in another scope, and stays with its own', async () => {
    const { storage } = open()
    const post = postForm(storage)
    const ann = { scope: 'ann' }
    const refused = await post.attempt(await formRequest([BAD, file('cover', 'a.png', PNG)]), ann)
    const { field } = keptOf(refused)
    const shared = keptOf(await attempt(post, BAD, file('cover', 'b.png', PNG))).field
    expect(Buffer.from(field.value, 'base64url').toString('latin1')).not.toContain('ann')

    const notFound = { code: 'not-found', status: 404 }
    await expect(post.attempt(await formRequest([GOOD, field]), { scope: 'bob' })).rejects.toMatchObject(notFound)
    await expect(post.attempt(await formRequest([GOOD, field]), { scope: 'an' })).rejects.toMatchObject(notFound)
    await expect(post.attempt(await formRequest([GOOD, field]))).rejects.toMatchObject(notFound)
    await expect(post.attempt(await formRequest([GOOD, shared]), ann)).rejects.toMatchObject(notFound)
    // No file is claimed for a request that is not answered.
    await expect(post.attempt(await formRequest([GOOD, shared, field]))).rejects.toMatchObject(notFound)

    const own = await post.attempt(await formRequest([GOOD, field]), ann)
    expect(own.ok && own.value.cover?.key).toBe('a.png')
    const everyone = await attempt(post, GOOD, shared)
    expect(everyone.ok && everyone.value.cover?.key).toBe('b.png')
  })

  test('is found in its scope by an older secret', async () => {
    const { storage } = open()
    const ann = { scope: 'ann' }
    const refused = await postForm(storage).attempt(await formRequest([BAD, file('cover', 'a.png', PNG)]), ann)
    const rotated = postForm(storage, { secret: ['f'.repeat(32), SECRET] })
    const result = await rotated.attempt(await formRequest([GOOD, keptOf(refused).field]), ann)
    expect(result.ok && result.value.cover?.key).toBe('a.png')
  })

  test('is not asked for at the storage of another set', async () => {
    const { storage } = open()
    const post = postForm(storage)
    const field = keptOf(await attempt(post, BAD, file('cover', 'a.png', PNG))).field
    const elsewhere = uploadSet('others', { storage: open().storage, extensions: ['png'] })
    let asked = 0
    const claim: typeof elsewhere.claim = (...args) => {
      asked += 1
      return elsewhere.claim(...args)
    }
    const cover = { ...elsewhere.one(), set: { ...elsewhere, claim } }
    const other = uploadForm({ cover }, { keep: { secret: SECRET } })
    const result = await other.attempt(await formRequest([field]))
    expect(!result.ok && result.errors.get('cover')?.code).toBe('file-expired')
    expect(asked).toBe(0)
  })
})

test.each([undefined, '', 7])(
  'keeping files for the scope %j is a TypeError, since it would be a scope for all',
  async (scope) => {
    const post = postForm(memoryStorage())
    const request = await formRequest([GOOD])
    // @ts-expect-error JavaScript may pass anything.
    await expect(post.attempt(request, { scope })).rejects.toThrow('"scope" of form.receive must be a text')
  },
)
