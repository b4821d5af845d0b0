import { mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UploadError } from '../errors/upload-error.ts'
import { IMAGES } from '../media/extension-groups.ts'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { Storage } from '../storage/storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import { failingStorage } from '../testing/failing-storage.ts'
import { fakeFile } from '../testing/fake-file.ts'
import { everyFile, read, textFile } from './fixtures/sets.ts'
import type { DraftSource } from './draft-source.ts'
import type { UploadSetOptions } from './upload-set-options.ts'
import { uploadSet } from './upload-set.ts'
import type { UploadSet } from './upload-set.ts'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'decant-adopt-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const ABC_DIGEST = 'sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:'

interface TwoSets {
  readonly inbox: UploadSet<'inbox'>
  readonly archive: UploadSet<'archive'>
}

type Options = Partial<UploadSetOptions>

function twoSets(storages: readonly [Storage, Storage], options: Options = {}, inboxOptions: Options = {}): TwoSets {
  const [first, second] = storages
  return {
    inbox: uploadSet('inbox', { storage: first, content: 'trust', extensions: ['txt', 'png', 'jpg'], ...inboxOptions }),
    archive: uploadSet('archive', { storage: second, content: 'trust', ...options }),
  }
}

function same(storage: Storage): readonly [Storage, Storage] {
  return [storage, storage]
}

const STORAGES: readonly (readonly [string, () => readonly [Storage, Storage]])[] = [
  ['one disk', () => same(diskStorage(folder))],
  ['one disk without links', () => same(diskStorage(folder, { links: 'never' }))],
  ['one memory', () => same(memoryStorage())],
  ['a storage that cannot share bytes', () => same(failingStorage(memoryStorage(), {}, { adopting: false }))],
  ['two disks', () => [diskStorage(join(folder, 'a')), diskStorage(join(folder, 'b'))]],
  ['memory and disk', () => [memoryStorage(), diskStorage(folder)]],
]

describe.each(STORAGES)('a file that another set adopts, within %s', (_, storages) => {
  test('leaves its set, with its bytes, the name that the client gave, its type and its digest', async () => {
    const { inbox, archive } = twoSets(storages(), {}, { digest: 'sha-256' })
    const file = await inbox.save(textFile('Ä 1.TXT', 'abc'), { folder: 'user', name: 'x.txt' })
    const adopted = await archive.adopt(inbox, file, { folder: 'kept' })
    expect(adopted).toEqual({
      set: 'archive',
      key: 'kept/Ä 1.TXT',
      filename: 'Ä 1.TXT',
      type: 'text/plain',
      size: 3,
      storedAt: expect.any(String),
      digest: ABC_DIGEST,
    })
    expect(await archive.get('kept/Ä 1.TXT')).toEqual(adopted)
    expect(Buffer.from(await read(archive, 'kept/Ä 1.TXT')).toString()).toBe('abc')
    expect(await inbox.get(file.key)).toBeUndefined()
    expect((await archive.list()).files.map(({ key }) => key)).toEqual(['kept/Ä 1.TXT'])
    expect(everyFile(folder).filter((path) => path.includes('.decant/drafts'))).toEqual([])
  })

  test('gets a digest if the new set wants one', async () => {
    const { inbox, archive } = twoSets(storages(), { digest: 'sha-256' })
    await inbox.save(textFile('a.txt', 'abc'), { folder: 'in' })
    expect(await archive.adopt(inbox, 'in/a.txt')).toMatchObject({ key: 'a.txt', digest: ABC_DIGEST })
  })

  test('takes the next number if its name is taken, and overwrites nothing', async () => {
    const { inbox, archive } = twoSets(storages())
    await archive.save(textFile('a.txt', 'before'), { folder: 'x' })
    const file = await inbox.save(textFile('a.txt', 'after'), { folder: 'in' })
    expect(await archive.adopt(inbox, file, { folder: 'x' })).toMatchObject({ key: 'x/a_1.txt' })
    expect(Buffer.from(await read(archive, 'x/a.txt')).toString()).toBe('before')
  })

  test.each([
    ['its extension', 'type-not-allowed', { extensions: ['pdf'] }],
    ['its size', 'file-too-large', { maxFileSize: 2 }],
    ['its missing bytes', 'file-too-small', { minFileSize: 4 }],
    ['its content', 'type-mismatch', { extensions: IMAGES, content: 'verify' }],
    ['a check', 'content-refused', { checks: [refusing] }],
  ] as const)('stays in its set if the new set refuses it for %s', async (_name, code, options) => {
    const { inbox, archive } = twoSets(storages(), options)
    const file = await inbox.save(textFile('a.png', 'abc'), { folder: 'in' })
    await expect(archive.adopt(inbox, file)).rejects.toMatchObject({ code })
    expect(await inbox.get(file.key)).toEqual(file)
    expect((await archive.list()).files).toHaveLength(archive.storage === inbox.storage ? 1 : 0)
    expect(everyFile(folder).filter((path) => path.includes('.decant/drafts'))).toEqual([])
  })

  test('has the type that its content proves to the new set', async () => {
    const { inbox, archive } = twoSets(storages(), { content: 'verify' })
    const file = await inbox.save(fakeFile('a.png'), { name: 'a.jpg' })
    expect(file.type).toBe('image/jpeg')
    expect(await archive.adopt(inbox, file, { folder: 'x', name: 'b.jpg' })).toMatchObject({
      key: 'x/b.jpg',
      type: 'image/png',
    })
  })

  test('goes to one of many that adopt it at once', async () => {
    const { inbox, archive } = twoSets(storages())
    for (let round = 0; round < 5; round++) {
      const file = await inbox.save(textFile('a.txt', 'abc'), { folder: 'in' })
      const tries = Array.from({ length: 6 }, (_name, index) => archive.adopt(inbox, file, { folder: `out-${index}` }))
      const [winner, ...others] = (await Promise.all(tries)).filter((each) => each !== undefined)
      expect(others).toEqual([])
      expect((await archive.list()).files).toEqual([winner])
      if (winner !== undefined) await archive.delete(winner)
    }
  })

  test('is not adopted if it is gone, or has another version', async () => {
    const { inbox, archive } = twoSets(storages())
    const file = await inbox.save(textFile('a.txt', 'abc'), { folder: 'in' })
    expect(await archive.adopt(inbox, 'in/other.txt')).toBeUndefined()
    expect(await archive.adopt(inbox, '../in/a.txt')).toBeUndefined()
    expect(await archive.adopt(inbox, file, { version: 'another' })).toBeUndefined()
    expect(await inbox.get('in/a.txt')).toEqual(file)
    const version = (await inbox.storage.stat('in/a.txt'))?.version
    expect(await archive.adopt(inbox, file, { version })).toMatchObject({ key: 'a.txt' })
    expect(await archive.adopt(inbox, file, { version })).toBeUndefined()
  })
})

test('within one disk, an adopted file keeps its inode and the time of its last byte', async () => {
  const { inbox, archive } = twoSets(same(diskStorage(folder)))
  const file = await inbox.save(textFile('a.txt', 'abc'), { folder: 'in' })
  utimesSync(join(folder, 'in', 'a.txt'), 1000, 1000)
  const { ino } = statSync(join(folder, 'in', 'a.txt'))
  expect(await archive.adopt(inbox, file)).toMatchObject({ storedAt: '1970-01-01T00:16:40.000Z' })
  expect(statSync(join(folder, 'a.txt')).ino).toBe(ino)
  expect((await archive.list({ order: 'newest' })).files.map(({ key }) => key)).toEqual(['a.txt'])
})

test('a file that was put into the folder by hand is adopted under its own name', async () => {
  const { inbox, archive } = twoSets(same(diskStorage(folder)), { content: 'verify' })
  await inbox.save(textFile('a.txt', 'abc'), { folder: 'in' })
  rmSync(join(folder, '.decant'), { recursive: true })
  expect(await archive.adopt(inbox, 'in/a.txt', { folder: 'x' })).toMatchObject({ key: 'x/a.txt', filename: 'a.txt' })
})

test('a file can be adopted by its own set, under a name of its rules', async () => {
  const { inbox } = twoSets(same(diskStorage(folder)))
  const file = await inbox.save(textFile('a.txt', 'abc'))
  expect(await inbox.adopt(inbox, file)).toMatchObject({ key: 'a_1.txt' })
  expect(await inbox.adopt(inbox, 'a_1.txt', { folder: 'new' })).toMatchObject({ key: 'new/a.txt' })
  expect((await inbox.list()).files.map(({ key }) => key)).toEqual(['new/a.txt'])
})

describe('if the storage fails, adopt rejects and the file stays as it was', () => {
  const cases: readonly (readonly [string, Record<string, number>, boolean])[] = [
    ['draftOf', { draftOf: 1 }, true],
    ['stream', { stream: 1 }, true],
    ['publish', { publish: 2 }, true],
    ['delete, once', { delete: 1 }, true],
    ['open', { open: 1 }, false],
    ['append', { append: 2 }, false],
    ['seal', { seal: 2 }, false],
  ]
  test.each(cases)('at %s', async (_, steps, adopting) => {
    const only = Object.fromEntries(Object.entries(steps).map(([step, call]) => [step, [call]]))
    const inner = memoryStorage()
    const storage = failingStorage(inner, only, { adopting })
    const { inbox, archive } = twoSets(same(storage), { digest: 'sha-256' })
    const file = await inbox.save(textFile('a.txt', 'abc'), { folder: 'in' })
    await expect(archive.adopt(inbox, file)).rejects.toMatchObject({ code: 'storage-failed' })
    expect((await inner.list()).entries.map(({ key }) => key)).toEqual(['in/a.txt'])
    expect(await archive.adopt(inbox, file)).toMatchObject({ key: 'a.txt' })
  })

  test('and in both sets if the storage cannot even take the new file back', async () => {
    const inner = memoryStorage()
    const { inbox, archive } = twoSets(same(failingStorage(inner, { delete: 1 })))
    const file = await inbox.save(textFile('a.txt', 'abc'), { folder: 'in' })
    await expect(archive.adopt(inbox, file)).rejects.toMatchObject({ code: 'storage-failed' })
    expect((await inner.list()).entries.map(({ key }) => key)).toEqual(['a.txt', 'in/a.txt'])
  })

  test('but resolves if only the report of the removal failed: the file is in its new set', async () => {
    const inner = memoryStorage()
    const storage: Storage = {
      ...inner,
      async delete(key, options) {
        await inner.delete(key, options)
        throw new UploadError('storage-failed', {})
      },
    }
    const { inbox, archive } = twoSets(same(storage))
    const file = await inbox.save(textFile('a.txt', 'abc'), { folder: 'in' })
    expect(await archive.adopt(inbox, file)).toMatchObject({ key: 'a.txt' })
    expect((await inner.list()).entries.map(({ key }) => key)).toEqual(['a.txt'])
  })
})

test('a file that is deleted while a check of the new set runs is not adopted', async () => {
  const { inbox, archive } = twoSets(same(diskStorage(folder)), {
    checks: [async () => void (await inbox.delete('in/a.txt'))],
  })
  const file = await inbox.save(textFile('a.txt', 'abc'), { folder: 'in' })
  expect(await archive.adopt(inbox, file)).toBeUndefined()
  expect(everyFile(folder)).toEqual([])
})

test('the signal stops an adoption before it begins and while bytes are copied', async () => {
  const controller = new AbortController()
  const { inbox, archive } = twoSets([memoryStorage(), diskStorage(folder)])
  const file = await inbox.save(textFile('a.txt', 'abc'))
  controller.abort(new Error('enough'))
  await expect(archive.adopt(inbox, file, { signal: controller.signal })).rejects.toThrow('enough')
  expect(await inbox.get('a.txt')).toEqual(file)
})

describe('adopt is a TypeError', () => {
  const { inbox, archive } = twoSets(same(memoryStorage()))
  const file: StoredFile = { set: 'other', key: 'a.txt', filename: 'a', type: 'a/b', size: 1, storedAt: '' }

  test.each([
    [
      'for a file of another set',
      () => archive.adopt(inbox, file),
      'belongs to the upload set "other", not to "inbox"',
    ],
    [
      'without the set of the file',
      () => archive.adopt(untyped(file), 'a.txt'),
      'adopt needs the set that has the file',
    ],
    ['for a path', () => archive.adopt(untyped({ path: '/etc/passwd' }), 'a'), 'adopt needs the set that has the file'],
    ['for a misspelt option', () => archive.adopt(inbox, 'a', untyped({ verison: 'x' })), 'Did you mean "version"?'],
    ['for a folder that is not safe', () => archive.adopt(inbox, 'in.txt', { folder: '../x' }), 'folder'],
  ])('%s', async (_, call, told) => {
    await inbox.save(textFile('in.txt'))
    await expect(call()).rejects.toThrow(TypeError)
    await expect(call()).rejects.toThrow(told)
  })
})

function untyped(value: object): DraftSource & Record<string, never> {
  return JSON.parse(JSON.stringify(value))
}

function refusing({ filename }: { readonly filename: string }): never {
  throw new UploadError('content-refused', { filename, reason: 'it is dull' })
}
