import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { failingStorage } from '../testing/failing-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { UploadTransaction } from './upload-transaction.ts'
import { uploadSet } from './upload-set.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-upload-transaction-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

/** A transaction of one file in each storage, prepared. */
async function prepared(...storages: readonly Storage[]): Promise<UploadTransaction> {
  const transaction = new UploadTransaction()
  for (const [index, storage] of storages.entries()) {
    const set = uploadSet(`set${index}`, { storage, extensions: ['txt'] })
    const draft = set.draft({ filename: 'a.txt' })
    await draft.append(new TextEncoder().encode('text'))
    await draft.seal()
    await transaction.reserve(draft)
  }
  await transaction.prepare()
  return transaction
}

describe('a transaction over two storages', () => {
  const visible = (folder: string): string[] => readdirSync(folder).filter((name) => name !== '.decant')
  const newFolders = (): [string, string] => [mkdtempSync(join(base, 'one-')), mkdtempSync(join(base, 'two-'))]

  test.each([0, 1])(
    'of which number %i fails to publish has the other one, and the rest after a sweep',
    async (failing) => {
      const folders = newFolders()
      const storages = folders.map((folder, index) => {
        const storage = diskStorage(folder)
        return index === failing ? failingStorage(storage, { commit: [1] }) : storage
      })
      const transaction = await prepared(...storages)
      await expect(transaction.commit()).rejects.toMatchObject({ code: 'storage-failed' })
      await transaction.defer()
      expect(folders.map(visible)).toEqual(failing === 0 ? [[], ['a.txt']] : [['a.txt'], []])
      for (const storage of storages) await storage.sweep()
      expect(folders.map(visible)).toEqual([['a.txt'], ['a.txt']])
    },
  )

  test('of which one has published cannot be rolled back: the other follows with the next sweep', async () => {
    const [one, two] = newFolders()
    const storages = [diskStorage(one), failingStorage(diskStorage(two), { commit: [1] })] as const
    const transaction = await prepared(...storages)
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    expect(await transaction.rollback()).toBe(false)
    for (const storage of storages) await storage.sweep()
    expect([visible(one), visible(two)]).toEqual([['a.txt'], ['a.txt']])
  })

  test('of which none has published leaves no file after a rollback', async () => {
    const [one, two] = newFolders()
    const failing = [diskStorage(one), diskStorage(two)].map((storage) => failingStorage(storage, { commit: [1] }))
    const transaction = await prepared(...failing)
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    expect(await transaction.rollback()).toBe(true)
    for (const storage of failing) await storage.sweep()
    expect([visible(one), visible(two)]).toEqual([[], []])
  })

  test('of which one has no journal deletes the file that it has published there', async () => {
    const [one, two] = [memoryStorage(), failingStorage(memoryStorage(), { commit: [1] })]
    const transaction = await prepared(one, two)
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    expect(await one.stat('a.txt')).toBeDefined()
    expect(await transaction.rollback()).toBe(true)
    expect(await one.stat('a.txt')).toBeUndefined()
  })

  test('of which one has no journal deletes there no other file that has the key by then', async () => {
    const [one, two] = [memoryStorage(), failingStorage(memoryStorage(), { commit: [1] })]
    const transaction = await prepared(one, two)
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    await one.delete('a.txt')
    await (await one.createDraft().seal()).publish('a.txt')
    expect(await transaction.rollback()).toBe(true)
    expect((await one.stat('a.txt'))?.size).toBe(0)
  })
})
