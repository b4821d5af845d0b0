import { expect, test } from 'vitest'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { uploadSet } from './upload-set.ts'

const SOON = new Date(Date.now() + 60_000)

test('a set takes back no draft of another set, which keeps it', async () => {
  const storage = memoryStorage()
  const [photos, papers] = ['photos', 'papers'].map((name) => uploadSet(name, { storage, extensions: ['txt'] }))
  const draft = photos?.draft({ filename: 'a.txt' })
  await draft?.append(new TextEncoder().encode('x'))
  await draft?.seal()
  const id = (await draft?.keep(SOON)) ?? ''
  expect(await papers?.claim(id)).toBeUndefined()
  expect((await photos?.claim(id))?.draft.head.filename).toBe('a.txt')
})
