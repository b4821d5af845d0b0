import { expect, test } from 'vitest'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { fileOutgoing } from './file-outgoing.ts'

const storage = memoryStorage()
const draft = storage.createDraft()
void draft.append(new TextEncoder().encode('%PDF-'))
await (await draft.seal()).publish('letters/2024.pdf', { filename: 'Letter.pdf', type: 'application/pdf' })

const get = { method: 'GET', header: () => undefined }

test('a stored file is answered by its key', async () => {
  const { status, headers } = await fileOutgoing(get, storage, 'letters/2024.pdf', { disposition: 'attachment' })
  expect([status, headers['content-length'], headers['content-disposition']]).toEqual([
    200,
    '5',
    'attachment; filename=Letter.pdf',
  ])
})

test.each([
  'letters/2025.pdf',
  'letters',
  'letters/',
  '',
  '.',
  '..',
  '/letters/2024.pdf',
  'letters//2024.pdf',
  'letters/../letters/2024.pdf',
  'letters\\2024.pdf',
  'letters/2024.pdf\0',
  '.decant/format',
])('%j is not found', async (key) => {
  await expect(fileOutgoing(get, storage, key)).rejects.toMatchObject({ code: 'not-found', status: 404 })
})

test('a storage is never asked for a key that is not valid', async () => {
  const asked: string[] = []
  const curious: Storage = {
    ...storage,
    async open(key) {
      asked.push(key)
      return storage.open(key)
    },
  }
  for (const key of ['../secret.txt', '/etc/passwd', '.decant/format', 'a\\b', 'a\0', 'missing.txt']) {
    await expect(fileOutgoing(get, curious, key)).rejects.toMatchObject({ code: 'not-found' })
  }
  expect(asked).toEqual(['missing.txt'])
})

test('a method that would change something is refused, for existing and missing files', async () => {
  const post = { method: 'POST', header: () => undefined }
  await expect(fileOutgoing(post, storage, 'letters/2024.pdf')).rejects.toMatchObject({ code: 'method-not-allowed' })
  await expect(fileOutgoing(post, storage, 'nothing')).rejects.toMatchObject({ code: 'method-not-allowed' })
})
