import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isUploadError } from '../errors/upload-error.ts'
import { storedFolder, toClientPath } from '../filename/client-path.ts'
import { isKey } from '../filename/key.ts'
import { isStoredName } from '../filename/stored-name.ts'
import { ALL } from '../media/extension-rule.ts'
import { temporaryFolders } from '../receive/fixtures/temporary-folders.ts'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { diskSet, everyFile, memorySet, textFile } from './fixtures/sets.ts'
import { publishTogether } from './publish-together.ts'
import { toOwnName, toPlace } from './placement.ts'
import type { Placement } from './upload-head.ts'
import type { UploadSet } from './upload-set.ts'
import type { Naming } from './upload-set-options.ts'

const newFolder = temporaryFolders()
const KEEP = { folders: 'keep', extensions: ALL } as const

function keyOf(filename: string, naming: Naming = 'safe', placement: Placement = {}): string {
  const own = toOwnName(filename, { naming, keepsFolders: true })
  if ('fault' in own) throw new Error(own.fault.reason)
  return toPlace(own, placement, naming).key
}

describe('a set that keeps folders', () => {
  test.each([
    ['a.jpg', 'a.jpg'],
    ['trip/day-1/a.jpg', 'trip/day-1/a.jpg'],
    ['trip\\day-1\\a.jpg', 'trip/day-1/a.jpg'],
    ['Żółw/日本 /é.txt', 'Żółw/日本/é.txt'],
    // Segments that are left out.
    ['./a//b/./c.txt', 'a/b/c.txt'],
    ['a/b/', 'a/b'],
    // Places on the client's own disk.
    ['/home/ann/a.txt', 'a.txt'],
    ['\\\\server\\share\\a.txt', 'a.txt'],
    ['C:\\Users\\ann\\a.txt', 'a.txt'],
    ['c:/Users/a.txt', 'a.txt'],
    ['content://media/external/1.jpg', '1.jpg'],
    // Each segment by the rule of names.
    ['.git/hooks/.x', 'git/hooks/x'],
    ['.decant/drafts/a.txt', 'decant/drafts/a.txt'],
    ['CON/NUL.txt', '_CON/_NUL.txt'],
    ['DECANT~1/a.txt', 'DECANT_1/a.txt'],
    ['a\u202eb/c:d/e.txt', 'ab/c_d/e.txt'],
    ['．．/a.txt', 'file/a.txt'],
    ['.../a.txt', 'file/a.txt'],
    ['A: one/a.txt', 'A_ one/a.txt'],
    // IIS once ran every file in such a folder.
    ['x.asp/a.jpg', 'x_asp/a.jpg'],
    ['x.PHP/a.jpg', 'x_PHP/a.jpg'],
    ['x.php.d/a.jpg', 'x_php.d/a.jpg'],
    ['v1.2/a.jpg', 'v1.2/a.jpg'],
  ])('stores %j at %j', (filename, key) => {
    expect(keyOf(filename)).toBe(key)
  })

  test.each([
    ['../a.txt', 'its path leads back by ".."'],
    ['a/../../b.txt', 'its path leads back by ".."'],
    ['a\\..\\b.txt', 'its path leads back by ".."'],
    [`${'a/'.repeat(17)}b.txt`, 'it lies in more than 16 folders'],
    [`${'é'.repeat(100)}/${'é'.repeat(100)}/${'é'.repeat(60)}/b.txt`, 'have more than 512 bytes'],
  ])('refuses %j with a reason and with what to do', async (filename, reason) => {
    const set = memorySet(KEEP)
    expect(set.allows(filename)).toBe(false)
    await expect(set.save(textFile('x'), { filename })).rejects.toMatchObject({
      code: 'invalid-name',
      status: 400,
      details: { filename, reason: expect.stringContaining(reason), hint: expect.stringMatching(/^S\w+ .*\.$/) },
    })
  })

  test('takes 16 folders, and 512 bytes of them', () => {
    expect(keyOf(`${'a/'.repeat(16)}b.txt`)).toBe(`${'a/'.repeat(16)}b.txt`)
    const folders = `${'x'.repeat(250)}/${'y'.repeat(250)}/${'z'.repeat(10)}`
    expect(keyOf(`${folders}/b.txt`)).toBe(`${folders}/b.txt`)
    expect(() => keyOf(`${folders}z/b.txt`)).toThrow('512 bytes')
  })

  test('refuses folders that do not fit below that of the application, with the field', () => {
    const set = memorySet(KEEP)
    const folder = Array.from({ length: 3 }, () => 'x'.repeat(200)).join('/')
    const filename = `${'y'.repeat(200)}/a.txt`
    expect(() => set.draft({ filename, field: 'f' }, { folder })).toThrow(
      expect.objectContaining({ code: 'invalid-name', details: expect.objectContaining({ field: 'f' }) }),
    )
    // An unsafe folder of the application stays its own mistake.
    expect(() => set.draft({ filename }, { folder: '../x' })).toThrow(TypeError)
  })

  test('puts the folders of a client below the folder of the application', () => {
    expect(keyOf('trip/a.jpg', 'safe', { folder: 'u/7' })).toBe('u/7/trip/a.jpg')
    expect(keyOf('trip/a.jpg', (name) => `2026/x-${name}`, { folder: 'u/7' })).toBe('u/7/2026/trip/x-a.jpg')
    expect(keyOf('trip/a.jpg', 'unique', { folder: 'u/7' })).toMatch(/^u\/7\/trip\/[0-9a-f]{32}\/a\.jpg$/)
    expect(keyOf('Żółw trip/A b.JPG', 'werkzeug', { folder: 'u' })).toBe('u/Zow_trip/A_b.jpg')
    expect(() => keyOf('日本/a.jpg', 'werkzeug')).toThrow('no letters or digits')
  })

  test('drops the folders of a client together with its name, if the application names the file', () => {
    expect(keyOf('trip/a.JPG', 'safe', { folder: 'u', name: 'cover.' })).toBe('u/cover.jpg')
    expect(keyOf('trip/a.jpg', 'safe', { key: 'u/x.jpg' })).toBe('u/x.jpg')
  })

  test('never shows a naming function more than the safe last segment', () => {
    const seen: string[] = []
    keyOf('trip/.x/a?.jpg', (name) => {
      seen.push(name)
      return name
    })
    expect(seen).toEqual(['a_.jpg'])
  })

  test('records the last segment as the filename, so that a file in a folder needs no record', async () => {
    const folder = newFolder()
    const set = diskSet(folder, KEEP)
    const stored = await set.save(textFile('trip/day-1/a.txt'))
    expect(stored).toMatchObject({ key: 'trip/day-1/a.txt', filename: 'a.txt' })
    expect(await set.get('trip/day-1/a.txt')).toEqual(stored)
    expect(everyFile(folder)).toEqual(['trip/day-1/a.txt'])
    expect(await set.save(textFile('trip/a?.txt'))).toMatchObject({ key: 'trip/a_.txt', filename: 'a?.txt' })
  })

  test('is not the default: then only the last segment counts', async () => {
    const { keepsFolders } = memorySet()
    expect([keepsFolders, memorySet(KEEP).keepsFolders, memorySet({ folders: 'drop' }).keepsFolders]).toEqual([
      false,
      true,
      false,
    ])
    expect((await memorySet().save(textFile('trip/a.txt'))).key).toBe('a.txt')
  })

  test('is a TypeError for another word', () => {
    // @ts-expect-error -- not one of the words
    expect(() => memorySet({ folders: 'kept' })).toThrow('"keep"')
  })

  test('counts numbers of a taken name in each folder', async () => {
    const set = memorySet(KEEP)
    const keys = ['a/x.txt', 'b/x.txt', 'a/x.txt', 'a/x.txt', 'b/x.txt'].map(async (name) => set.save(textFile(name)))
    expect((await Promise.all(keys)).map(({ key }) => key)).toEqual([
      'a/x.txt',
      'b/x.txt',
      'a/x_1.txt',
      'a/x_2.txt',
      'b/x_1.txt',
    ])
  })

  test('makes of any name a safe key below the folder of the application, or refuses it', () => {
    const pieces = fc.constantFrom('..', '.', '/', '\\', 'a', '.x', 'C:', ' ', '\0', '\u202e', 'CON', '.php', '／', 'é')
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 12 }), (parts) => {
        const set = memorySet(KEEP)
        const filename = parts.join('')
        try {
          const { place } = admissionOf(set, filename)
          expect(isKey(place)).toBe(true)
          expect(place.startsWith('u/7/')).toBe(true)
          expect(place.split('/').every(isStoredName)).toBe(true)
        } catch (error) {
          if (!isUploadError(error)) throw error
          expect(error.code).toBe('invalid-name')
        }
      }),
      { numRuns: 2000 },
    )
  })

  function admissionOf(set: UploadSet, filename: string): { place: string } {
    set.draft({ filename }, { folder: 'u/7' })
    return { place: keyOf(filename, 'safe', { folder: 'u/7' }) }
  }

  test('makes safe names of folders, which are their own safe names', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const stored = storedFolder(name)
        expect(isStoredName(stored)).toBe(true)
        expect(storedFolder(stored)).toBe(stored)
        expect(toClientPath(`${stored}/x`).folders).toEqual([stored])
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a file that has the name of a folder', () => {
  const save = async (set: UploadSet, ...names: string[]): Promise<string[]> => {
    const keys: string[] = []
    // oxlint-disable-next-line no-await-in-loop -- One after the other.
    for (const name of names) keys.push((await set.save(textFile(name))).key)
    return keys
  }

  test('gives the folder a number, the same for all its files', async () => {
    const set = diskSet(newFolder(), KEEP)
    expect(await save(set, 'trip', 'trip/a.txt', 'trip/b.txt', 'trip/day/c.txt', 'trip/a.txt')).toEqual([
      'trip',
      'trip_1/a.txt',
      'trip_1/b.txt',
      'trip_1/day/c.txt',
      'trip_1/a_1.txt',
    ])
  })

  test('gives an inner folder a number, and every further one too', async () => {
    const set = diskSet(newFolder(), KEEP)
    expect(await save(set, 'a/b.d', 'a/b_1.d', 'a/b.d/c/x', 'a/b.d/c/x/y')).toEqual([
      'a/b.d',
      'a/b_1.d',
      'a/b_2.d/c/x',
      'a/b_2.d/c/x_1/y',
    ])
  })

  test('gets a number itself if the folder was there before', async () => {
    const set = diskSet(newFolder(), KEEP)
    expect(await save(set, 'trip/a.txt', 'trip')).toEqual(['trip/a.txt', 'trip_1'])
  })

  test('may be a symlink, through which nothing is written', async () => {
    const folder = newFolder()
    const outside = newFolder()
    symlinkSync(outside, join(folder, 'trip'))
    expect(await save(diskSet(folder, KEEP), 'trip/a.txt')).toEqual(['trip_1/a.txt'])
    expect(everyFile(outside)).toEqual([])
  })

  test('refuses the file if a hundred numbers are taken as well', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'trip'), '')
    for (let number = 1; number < 100; number++) writeFileSync(join(folder, `trip_${number}`), '')
    await expect(save(diskSet(folder, KEEP), 'trip/a.txt')).rejects.toMatchObject({
      code: 'name-taken',
      status: 409,
      details: { key: 'trip_99/a.txt', folder: 'trip_99' },
    })
  })

  test('refuses an exact key, and is a failure of the storage if the application has chosen the folder', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'users'), '')
    const set = diskSet(folder, KEEP)
    await expect(set.save(textFile('trip/a.txt'), { folder: 'users' })).rejects.toMatchObject({
      code: 'storage-failed',
      cause: { message: expect.stringContaining('must be a folder') },
    })
    const draft = set.draft({ filename: 'a.txt' }, { key: 'users/trip/a.txt' })
    await draft.seal()
    await expect(draft.publish()).rejects.toMatchObject({
      code: 'name-taken',
      message: '"users" is a file, so it cannot be the folder of "users/trip/a.txt". Choose another folder.',
    })
    await draft.discard()
    expect(everyFile(folder)).toEqual(['users'])
  })

  const LINKS = { disk: 'auto', 'disk without hard links': 'never' } as const

  test.each(['disk', 'memory', 'disk without hard links'] as const)(
    'is numbered in one transaction with the files of the folder, in any order (%s)',
    async (kind) => {
      for (const names of [
        ['trip', 'trip/a.txt', 'trip/b.txt'],
        ['trip/a.txt', 'trip', 'trip/b.txt'],
      ]) {
        const folder = newFolder()
        const storage = kind === 'memory' ? memoryStorage() : diskStorage(folder, { links: LINKS[kind] })
        const set = memorySet({ ...KEEP, storage })
        // oxlint-disable-next-line no-await-in-loop -- One after the other.
        const drafts = await Promise.all(
          names.map(async (filename) => {
            const draft = set.draft({ filename })
            await draft.seal()
            return draft
          }),
        )
        // oxlint-disable-next-line no-await-in-loop
        const files = await publishTogether(drafts)
        // oxlint-disable-next-line no-await-in-loop
        for (const { key } of files) expect(await set.get(key)).toBeDefined()
        expect(new Set(files.map(({ key }) => key)).size).toBe(3)
        if (kind !== 'memory') expect(everyFile(folder)).toEqual(files.map(({ key }) => key).toSorted())
      }
    },
  )

  test('refuses all of a transaction if an exact key cannot be had, and leaves no folder', async () => {
    const folder = newFolder()
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'trip'), '')
    const set = diskSet(folder, KEEP)
    const drafts = [set.draft({ filename: 'new/a.txt' }), set.draft({ filename: 'b.txt' }, { key: 'trip/b.txt' })]
    await Promise.all(drafts.map((draft) => draft.seal()))
    await expect(publishTogether(drafts)).rejects.toMatchObject({ code: 'name-taken', details: { folder: 'trip' } })
    await Promise.all(drafts.map((draft) => draft.discard()))
    expect(everyFile(folder)).toEqual(['trip'])
  })
})
