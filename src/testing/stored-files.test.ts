import { deepEqual } from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { uploadSet } from '../policy/upload-set.ts'
import { temporaryFolders } from '../receive/fixtures/temporary-folders.ts'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { fakeFile } from './fake-file.ts'
import { storedFiles } from './stored-files.ts'

const newFolder = temporaryFolders()

describe('the list of stored files', () => {
  test('is compared by its facts, in the order of the keys', async () => {
    const storage = memoryStorage()
    const photos = uploadSet('photos', { storage })
    await photos.save(fakeFile('Dog.JPG'))
    await photos.save(fakeFile('Cat.PNG', { size: 100 }), { folder: 'a' })
    const expected = [
      { key: 'Dog.JPG', filename: 'Dog.JPG', type: 'image/jpeg', size: 4096 },
      { key: 'a/Cat.PNG', filename: 'Cat.PNG', type: 'image/png', size: 100 },
    ]
    expect(await storedFiles(storage)).toEqual(expected)
    deepEqual(await storedFiles(storage), expected)
  })

  test('has its bytes and its text, as they were then', async () => {
    const storage = memoryStorage()
    const texts = uploadSet('texts', { storage, digest: 'sha-256' })
    const { digest, key } = await texts.save(fakeFile('a.txt', { content: 'grün' }))
    const [file] = await storedFiles(storage)
    await texts.delete(key)
    expect(file?.digest).toBe(digest)
    expect(file?.text()).toBe('grün')
    expect(file?.bytes()).toEqual(new TextEncoder().encode('grün'))
    file?.bytes().fill(0)
    expect(file?.text()).toBe('grün')
  })

  test('is all of it, however much there is', async () => {
    const storage = memoryStorage()
    const texts = uploadSet('texts', { storage })
    for (let index = 0; index < 205; index++) await texts.save(fakeFile(`${index}.txt`, { size: 1 }))
    expect(new Set((await storedFiles(storage)).map(({ key }) => key)).size).toBe(205)
  })

  test('does not contain drafts', async () => {
    const storage = memoryStorage()
    const draft = storage.createDraft()
    await draft.append(Uint8Array.of(1))
    await draft.seal()
    expect(await storedFiles(storage)).toEqual([])
  })

  test('may have come by hand', async () => {
    const folder = newFolder()
    await writeFile(join(folder, 'by-hand.png'), 'abc')
    expect(await storedFiles(diskStorage(folder))).toEqual([
      { key: 'by-hand.png', filename: 'by-hand.png', type: 'image/png', size: 3 },
    ])
  })
})
