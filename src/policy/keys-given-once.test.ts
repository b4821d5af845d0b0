import { afterEach, describe, expect, test, vi } from 'vitest'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { parseTimedKey } from '../storage/timed-id.ts'
import { onceStorage } from '../testing/fixtures/once-storage.ts'
import { read, textFile } from './fixtures/sets.ts'
import { publishTogether } from './publish-together.ts'
import type { UploadDraft } from './upload-draft.ts'
import type { UploadSetOptions } from './upload-set-options.ts'
import { uploadSet } from './upload-set.ts'
import type { UploadSet } from './upload-set.ts'

const NOON = Date.UTC(2026, 10, 30, 12)
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52)

function onceSet(options: Partial<UploadSetOptions> = {}): UploadSet<'test'> {
  return uploadSet('test', { storage: onceStorage(), ...options })
}

async function sealed(set: UploadSet, filename: string): Promise<UploadDraft> {
  const draft = set.draft({ filename })
  await draft.append(new TextEncoder().encode('text'))
  await draft.seal()
  return draft
}

afterEach(() => {
  vi.useRealTimers()
})

describe('a set whose storage gives each key once', () => {
  test('puts each file into a folder with a timed id, and stores two files of one name', async () => {
    const set = onceSet()
    const files = [await set.save(textFile('a b.txt', 'one')), await set.save(textFile('a b.txt', 'two'))]
    for (const { key } of files) expect(key).toMatch(/^[0-9a-f]{32}\/a b\.txt$/)
    expect(files[0]?.key).not.toBe(files[1]?.key)
    expect(await read(set, files[0]?.key ?? '')).toEqual(new TextEncoder().encode('one'))
    expect((await onceSet({ naming: 'unique' }).save(textFile('a.txt'))).key).toMatch(/^[0-9a-f]{32}\/a\.txt$/)
  })

  test.each(['safe', 'werkzeug', (name: string) => name] as const)('refuses to name files by %s', (naming) => {
    expect(() => onceSet({ naming })).toThrow(
      /^The upload set "test" cannot name its files by .*\(memory\) gives each key once.*Leave "naming" out/,
    )
    expect(() => onceSet({ naming })).toThrow(TypeError)
  })

  test('has the folder of the application first, then those of the client, then the id', async () => {
    const set = onceSet({ folders: 'keep' })
    const file = await set.save(textFile('trip/day 1/a.txt'), { folder: 'ann' })
    expect(file.key).toMatch(/^ann\/trip\/day 1\/[0-9a-f]{32}\/a\.txt$/)
    expect((await set.save(textFile('a.txt'), { name: 'x/y.' })).key).toMatch(/^x\/[0-9a-f]{32}-r\/y\.txt$/)
  })

  test.each(['../up', 'a/', '', 'x'.repeat(800)])('refuses the folder %j before the first byte', (folder) => {
    expect(() => onceSet().draft({ filename: 'a.txt' }, { folder })).toThrow(TypeError)
  })

  test('lists its files newest first if they are listed by name', async () => {
    const set = onceSet()
    const keys: string[] = []
    for (const hour of [3, 1, 2]) {
      vi.useFakeTimers({ toFake: ['Date'], now: NOON + hour * 3_600_000 })
      const { key } = await set.save(textFile('a.txt'), { folder: 'f' })
      expect(parseTimedKey(key)?.storedAt.getTime()).toBe(Date.now())
      keys.push(key)
    }
    const [third, first, second] = keys
    expect((await set.list()).files.map(({ key }) => key)).toEqual([third, second, first])
  })

  test('makes the key of a draft when it is published, and not when its first byte comes', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOON })
    const draft = await sealed(onceSet(), 'a.txt')
    vi.setSystemTime(NOON + 60_000)
    expect(parseTimedKey((await draft.publish()).key)?.storedAt.getTime()).toBe(NOON + 60_000)
  })
})

describe('the mark in a key that is given once', () => {
  test('is absent if the key tells the whole record', async () => {
    const file = await onceSet().save(textFile('a.txt'))
    expect(parseTimedKey(file.key)?.hasRecord).toBe(false)
  })

  test.each<[string, Partial<UploadSetOptions>, File, { name?: string }]>([
    ['the client has called the file otherwise', {}, textFile('a?.txt'), {}],
    ['the application has named the file', {}, textFile('a.txt'), { name: 'b.txt' }],
    ['the content proves another type than the name', {}, new File([PNG], 'a.jpg'), {}],
    ['the set takes digests', { digest: 'sha-256' }, textFile('a.txt'), {}],
    ['a set that trusts names knows the type by the client', { content: 'trust', allow: ['xyz'] }, xyz(), {}],
  ])('is there if %s', async (_, options, file, placement) => {
    const set = onceSet(options)
    const stored = await set.save(file, placement)
    expect(stored.key).toMatch(/^[0-9a-f]{32}-r\/[^/]+$/)
    expect(parseTimedKey(stored.key)?.hasRecord).toBe(true)
    expect(await set.get(stored.key)).toEqual(stored)
  })
})

describe('a key that the application chooses', () => {
  const message = '"key" cannot be "a/b.txt": the storage of the set gives each key once'

  test('is a TypeError in a draft if the storage gives each key once', () => {
    expect(() => onceSet().draft({ filename: 'a.txt' }, { key: 'a/b.txt' })).toThrow(message)
    expect(() => onceSet().draft({ filename: 'a.txt' }, { key: 'a/b.txt' })).toThrow(TypeError)
  })

  test('is a TypeError in an input if the storage gives each key once', () => {
    const set = onceSet()
    for (const input of ['one', 'optional', 'many'] as const) {
      expect(() => set[input]({ key: 'a/b.txt' })).toThrow(message)
    }
  })
})

describe('files with keys that are given once', () => {
  test('are published together', async () => {
    const set = onceSet()
    const drafts = [await sealed(set, 'a.txt'), await sealed(set, 'a.txt'), await sealed(set, 'b.txt')]
    const files = await publishTogether(drafts)
    expect(files.map(({ key }) => key.replace(/^[0-9a-f]{32}/, 'id'))).toEqual(['id/a.txt', 'id/a.txt', 'id/b.txt'])
    expect((await set.list()).files).toHaveLength(3)
  })

  test('get another key with each attempt', async () => {
    const storage = onceStorage()
    const set = uploadSet('test', { storage })
    const draft = await sealed(set, 'a.txt')
    const transaction = storage.createTransaction()
    const promised = await draft.reserve(transaction)
    await transaction.rollback()
    const file = await draft.publish()
    expect(file.key).not.toBe(promised.key)
    expect((await set.list()).files).toEqual([file])
  })

  test('are set aside and taken back', async () => {
    const set = onceSet()
    const id = await (await sealed(set, 'a?.txt')).keep(new Date(Date.now() + 60_000))
    const claimed = await set.claim(id, { folder: 'f' })
    expect(await claimed?.draft.publish()).toMatchObject({ key: expect.stringMatching(/^f\/[0-9a-f]{32}-r\/a_\.txt$/) })
  })

  test('are adopted from a set of the same storage and of another', async () => {
    const storage = onceStorage()
    const set = uploadSet('test', { storage })
    const inbox = uploadSet('inbox', { storage, digest: 'sha-256' })
    const outside = uploadSet('outside', { storage: memoryStorage() })
    for (const source of [inbox, outside]) {
      const before = await source.save(textFile('ä?.txt', 'adopted'), { folder: 'in' })
      const after = await set.adopt(source, before, { folder: 'kept' })
      expect(after).toMatchObject({
        filename: 'ä?.txt',
        key: expect.stringMatching(/^kept\/[0-9a-f]{32}-r\/ä_\.txt$/),
      })
      expect(after?.digest).toBe(before.digest)
      expect(await source.get(before.key)).toBeUndefined()
      expect(await read(set, after?.key ?? '')).toEqual(new TextEncoder().encode('adopted'))
    }
  })
})

test('a set whose keys can be given again names files by `safe`, and its unique ids hold no time', async () => {
  const set = uploadSet('test', { storage: memoryStorage() })
  expect((await set.save(textFile('a.txt'))).key).toBe('a.txt')
  const unique = uploadSet('test', { storage: memoryStorage(), naming: 'unique' })
  const keys: string[] = []
  for (let count = 0; count < 8; count++) keys.push((await unique.save(textFile('a?.txt'))).key)
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}\/a_\.txt$/)
  // The time is in the first 12 digits, and changes in the last of them alone.
  expect(new Set(keys.map((key) => key.slice(0, 8))).size).toBe(keys.length)
})

function xyz(): File {
  return new File(['text'], 'a.xyz', { type: 'application/x-xyz' })
}
