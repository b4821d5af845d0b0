import { describe, expect, test } from 'vitest'
import { memoryStorage } from './memory/memory-storage.ts'
import { resolveKey } from './resolve-key.ts'
import type { Storage } from './storage.ts'

const COMPOSED = 'caf\u00e9/\u00dc.txt'
const DECOMPOSED = COMPOSED.normalize('NFD')
const MIXED = 'cafe\u0301/\u00dc.txt'

/** A storage with these files, and the keys that it was asked for since. */
async function storageOf(...keys: readonly string[]): Promise<{ storage: Storage; asked: string[] }> {
  const storage = memoryStorage()
  for (const key of keys) await (await storage.createDraft().seal()).publish(key)
  const asked: string[] = []
  const stat: Storage['stat'] = (key) => {
    asked.push(key)
    return storage.stat(key)
  }
  return { storage: { ...storage, stat }, asked }
}

describe('the key of a file', () => {
  test.each([
    ['the exact spelling if it exists, with files in all spellings', [COMPOSED, DECOMPOSED, MIXED], MIXED, MIXED],
    ['the exact spelling if it exists, in NFD', [COMPOSED, DECOMPOSED], DECOMPOSED, DECOMPOSED],
    ['the spelling in NFC if both NFC and NFD exist', [COMPOSED, DECOMPOSED], MIXED, COMPOSED],
    ['the spelling in NFC if only that exists', [COMPOSED], DECOMPOSED, COMPOSED],
    ['the spelling in NFD if only that exists, asked in mixed form', [DECOMPOSED], MIXED, DECOMPOSED],
    ['the spelling in NFD if only that exists, asked in NFC', [DECOMPOSED], COMPOSED, DECOMPOSED],
    ['in NFC if no file exists', ['other.txt'], DECOMPOSED, COMPOSED],
    ['in NFC if only a file in mixed form exists', [MIXED], DECOMPOSED, COMPOSED],
  ])('is %s', async (_, keys, asked, resolved) => {
    const { storage } = await storageOf(...keys)
    expect(await resolveKey(storage, asked)).toBe(resolved)
  })

  test.each(['a.txt', 'sub/IMG_0001.JPG', '日本語.txt', 'ㄱ.txt', '\u{1f600}.png', 'Größe'.replace('ö', 'o')])(
    'is not looked for if it has one spelling: %s',
    async (key) => {
      const { storage, asked } = await storageOf()
      expect(await resolveKey(storage, key)).toBe(key)
      expect(asked).toEqual([])
    },
  )

  test('is what the storage says if it finds files by several spellings', async () => {
    const { storage } = await storageOf('CAT.jpg', '\u00dc.txt')
    const folding: Storage = { ...storage, resolve: async (key) => (key === 'cat.jpg' ? 'CAT.jpg' : `${key}!`) }
    expect(await resolveKey(folding, 'cat.jpg')).toBe('CAT.jpg')
    expect(await resolveKey(folding, 'U\u0308.txt')).toBe('\u00dc.txt!')
    expect(await resolveKey(folding, 'e\u0301.txt')).toBe('\u00e9.txt')
  })
})
