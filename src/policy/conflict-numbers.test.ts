import { describe, expect, test } from 'vitest'
import { temporaryFolders } from '../receive/fixtures/temporary-folders.ts'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { ConflictNumbers } from './conflict-numbers.ts'
import { memorySet, textFile } from './fixtures/sets.ts'
import type { UploadSet } from './upload-set.ts'

const newFolder = temporaryFolders()

/** A storage that counts the names that it is asked about, by publishing or by looking whether they are taken. */
function countedStorage(storage: Storage): { readonly storage: Storage; asked: number } {
  const counted = {
    asked: 0,
    storage: {
      ...storage,
      stat: (key: string) => {
        counted.asked++
        return storage.stat(key)
      },
      createDraft: (options?: Parameters<Storage['createDraft']>[0]) => {
        const draft = storage.createDraft(options)
        const seal = draft.seal.bind(draft)
        draft.seal = async () => {
          const sealed = await seal()
          const publish = sealed.publish.bind(sealed)
          sealed.publish = (key, record) => {
            counted.asked++
            return publish(key, record)
          }
          return sealed
        }
        return draft
      },
    },
  }
  return counted
}

async function saveMany(set: UploadSet, count: number): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, async () => (await set.save(textFile('a.txt'))).key))
}

function numbered(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `a_${first + index}.txt`)
}

describe('an upload under a name that many clients use', () => {
  test('tries few names before it gets its own, which has the next number', async () => {
    const counted = countedStorage(memoryStorage())
    const set = memorySet({ storage: counted.storage })
    const keys: string[] = []
    for (let count = 0; count < 100; count++) {
      counted.asked = 0
      keys.push((await set.save(textFile('a.txt'))).key)
      expect(counted.asked).toBeLessThanOrEqual(2)
    }
    expect(keys).toEqual(['a.txt', ...numbered(1, 99)])
  })

  test('never tries a number that another upload of the same moment has', async () => {
    const counted = countedStorage(memoryStorage())
    const set = memorySet({ storage: counted.storage })
    expect((await saveMany(set, 500)).toSorted()).toEqual(['a.txt', ...numbered(1, 499)].toSorted())
    expect(counted.asked).toBeLessThanOrEqual(1000)
  })

  test('finds the end of a thousand taken names in few steps after a restart, also for several at once', async () => {
    const storage = memoryStorage()
    await saveMany(memorySet({ storage }), 1000)
    const counted = countedStorage(storage)
    const set = memorySet({ storage: counted.storage })
    expect((await saveMany(set, 10)).toSorted()).toEqual(numbered(1000, 1009))
    // The name itself and four numbers for each, and one search for all of them.
    expect(counted.asked).toBeLessThanOrEqual(10 * 6 + 25)
    counted.asked = 0
    expect(await saveMany(set, 1)).toEqual(numbered(1010, 1010))
    expect(counted.asked).toBe(2)
  })

  test('tries few names beside another process on the same folder', async () => {
    const counted = countedStorage(memoryStorage())
    const [one, other] = [memorySet({ storage: counted.storage }), memorySet({ storage: counted.storage })]
    const keys = (await Promise.all([saveMany(one, 500), saveMany(other, 500)])).flat()
    expect(new Set(keys).size).toBe(1000)
    expect(counted.asked).toBeLessThanOrEqual(1000 * 4)
  })

  test('finds a number even if many before it are free again', async () => {
    const storage = memoryStorage()
    const keys = await saveMany(memorySet({ storage }), 1000)
    for (const [index, key] of keys.entries()) if (index % 10 === 7) await storage.delete(key)
    const counted = countedStorage(storage)
    const set = memorySet({ storage: counted.storage })
    for (let count = 0; count < 200; count++) await set.save(textFile('a.txt'))
    expect(counted.asked).toBeLessThanOrEqual(200 * 8)
  })

  test.each(['memory', 'disk'])('gets the name itself in a folder that is empty again (%s)', async (kind) => {
    const storage = kind === 'memory' ? memoryStorage() : diskStorage(newFolder())
    const set = memorySet({ storage })
    const keys = await saveMany(set, 20)
    for (const key of keys) await set.delete(key)
    const after: string[] = []
    for (let count = 0; count < 3; count++) after.push((await set.save(textFile('a.txt'))).key)
    expect(after).toEqual(['a.txt', 'a_1.txt', 'a_2.txt'])
    await storage.close?.()
  })

  test('fails and ends its search if the storage reports every name as taken', async () => {
    const storage = memoryStorage()
    let looks = 0
    const full: Storage = {
      ...storage,
      isTaken: async () => ++looks > 0,
      createDraft: (options) => {
        const draft = storage.createDraft(options)
        const seal = draft.seal.bind(draft)
        draft.seal = async () => {
          const sealed = await seal()
          sealed.publish = async () => undefined
          return sealed
        }
        return draft
      },
    }
    await expect(memorySet({ storage: full }).save(textFile('a.txt'))).rejects.toMatchObject({ code: 'storage-failed' })
    expect(looks).toBeLessThanOrEqual(100)
    const deaf: Storage = { ...full, isTaken: async () => false }
    await expect(memorySet({ storage: deaf }).save(textFile('a.txt'))).rejects.toMatchObject({ code: 'storage-failed' })
  })
})

test('only the numbers of the last names are remembered', () => {
  const numbers = new ConflictNumbers(3)
  for (const key of ['a', 'b', 'c', 'a', 'd']) numbers.take(key)
  expect(numbers.size).toBe(3)
  expect(['a', 'b', 'c', 'd'].map((key) => numbers.has(key))).toEqual([true, false, true, true])
  expect(numbers.take('a')).toBe(3)
  expect(numbers.take('b')).toBe(1)
})
