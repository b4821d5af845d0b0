import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { diskStorage } from './disk-storage.ts'
import { KeySpelling } from './key-spelling.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-spelling-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const ROOT = '/uploads'

/** A file system in memory. It may find a file by other names than the listed one. */
interface FakeDisk {
  /** The names in each folder, by its path. */
  readonly folders: Readonly<Record<string, readonly string[]>>
  /** Whether the asked name finds the file of another name in this folder. */
  readonly finds: (folder: string, asked: string, name: string) => boolean
  /** Whether a file has another inode for each name, as on some shares. */
  readonly hasOddInodes?: boolean
}

/** The calls to the file system, and the folders that were listed. */
function view({ folders, finds, hasOddInodes = false }: FakeDisk) {
  const listed: string[] = []
  const real = (path: string): string | undefined => {
    if (path === ROOT) return path
    const slash = path.lastIndexOf('/')
    const folder = real(path.slice(0, slash))
    if (folder === undefined) return undefined
    const asked = path.slice(slash + 1)
    const names = folders[folder] ?? []
    const name = names.includes(asked) ? asked : names.find((each) => finds(folder, asked, each))
    return name === undefined ? undefined : `${folder}/${name}`
  }
  const inodes: string[] = []
  const inodeOf = (text: string): bigint => {
    if (!inodes.includes(text)) inodes.push(text)
    return BigInt(inodes.indexOf(text))
  }
  return {
    listed,
    find: async (path: string) => {
      const found = real(path)
      return found === undefined ? undefined : { ino: inodeOf(hasOddInodes ? path : found), dev: 1n }
    },
    async *namesIn(path: string) {
      listed.push(path)
      yield* folders[real(path) ?? ''] ?? []
    },
  }
}

const foldsCase = (_: string, asked: string, name: string): boolean => asked.toLowerCase() === name.toLowerCase()

/** Finds files as FAT does: by another case, without dots at the end, and by short names. */
const SHORT: Readonly<Record<string, string>> = {
  'ENV~1': '.env',
  'DECANT~1': '.decant',
  'REPORT~1.PDF': 'report 2026.pdf',
}
const asFat = (folder: string, asked: string, name: string): boolean =>
  foldsCase(folder, asked.replace(/[. ]+$/, ''), name) || SHORT[asked.toUpperCase()] === name

const FOLDERS = {
  [ROOT]: ['.decant', '.env', 'a.txt', 'report 2026.pdf', 'Photos'],
  [`${ROOT}/.decant`]: ['format'],
  [`${ROOT}/Photos`]: ['Cat.JPG', 'B~1'],
}

describe.each([
  ['that gives a file one inode', false],
  ['that gives a file an inode for each name', true],
])('in a folder that folds case, on a disk %s,', (_, hasOddInodes) => {
  test.each([
    ['A.TXT', 'a.txt'],
    ['photos/CAT.jpg', 'Photos/Cat.JPG'],
    ['a.txt', 'a.txt'],
    ['none.txt', 'none.txt'],
    ['../a.txt', '../a.txt'],
  ])('a key is found as its folders spell it: %j is %j', async (asked, spelled) => {
    const spelling = new KeySpelling(ROOT, view({ folders: FOLDERS, finds: foldsCase, hasOddInodes }))
    expect(await spelling.resolve(asked)).toBe(spelled)
    expect(await spelling.resolve(asked)).toBe(spelled)
  })
})

test('a key is found as its folders spell it if only the inner folder folds case, as on a mounted disk', async () => {
  const finds = (folder: string, asked: string, name: string): boolean =>
    folder === `${ROOT}/Photos` && foldsCase(folder, asked, name)
  const spelling = new KeySpelling(ROOT, view({ folders: FOLDERS, finds }))
  expect(await spelling.resolve('Photos/CAT.jpg')).toBe('Photos/Cat.JPG')
  expect(await spelling.resolve('A.TXT')).toBe('A.TXT')
  expect(await spelling.resolve('photos/CAT.jpg')).toBe('photos/CAT.jpg')
})

test('a folder that tells case apart is listed at most once for keys with one normal form', async () => {
  const disk = view({ folders: FOLDERS, finds: () => false })
  const spelling = new KeySpelling(ROOT, disk)
  for (const key of ['a.txt', 'Photos/Cat.JPG', 'Photos/cat.jpg', 'Photos/other.jpg']) {
    expect(await spelling.resolve(key)).toBe(key)
    expect(spelling.isListed(key)).toBe(true)
  }
  expect(disk.listed).toEqual([`${ROOT}/Photos`])
})

describe('a name by which some file systems find another file', () => {
  test.each([
    'ENV~1',
    'env~1',
    'DECANT~1/format',
    'REPORT~1.PDF',
    'a.txt.',
    'a.txt ',
    'Photos./Cat.JPG',
    'none~1',
    'a.txt:b',
  ])('is not listed by FAT, even if FAT finds a file: %j', async (key) => {
    const spelling = new KeySpelling(ROOT, view({ folders: FOLDERS, finds: asFat }))
    expect(await spelling.isListed(key)).toBe(false)
  })

  test('is listed if a file has exactly that name', async () => {
    const spelling = new KeySpelling(ROOT, view({ folders: FOLDERS, finds: asFat }))
    expect(await spelling.isListed('Photos/B~1')).toBe(true)
  })

  test('costs one call if there is no file by that name', async () => {
    const disk = view({ folders: FOLDERS, finds: () => false })
    expect(await new KeySpelling(ROOT, disk).isListed('Photos/C~1')).toBe(false)
    expect(disk.listed).toEqual([])
  })

  test.skipIf(process.platform === 'win32').each(['A~1', 'a.txt.', 'a.txt ', 'NUL', 'a:b', 'sub~1/a'])(
    'works like any other key on a disk that has a file with exactly that name: %j',
    async (key) => {
      const folder = mkdtempSync(join(base, 'folder-'))
      if (key.includes('/')) mkdirSync(join(folder, 'sub~1'))
      writeFileSync(join(folder, key), 'hello')
      const storage = diskStorage(folder)
      expect((await storage.list()).entries.map((entry) => entry.key)).toEqual([key])
      expect(await storage.stat(key)).toMatchObject({ key, size: 5 })
      const file = await storage.open(key)
      expect(file?.entry.key).toBe(key)
      await file?.close()
      expect(await storage.delete(key)).toBe(true)
      expect(await storage.stat(key)).toBeUndefined()
    },
  )
})
