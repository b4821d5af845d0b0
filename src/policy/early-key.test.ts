import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { UploadError } from '../errors/upload-error.ts'
import { HEAD_SIZE } from '../media/real-type.ts'
import { onceStorage } from '../testing/fixtures/once-storage.ts'
import type { OnceStorage } from '../testing/fixtures/once-storage.ts'
import { failingStorage } from '../testing/failing-storage.ts'
import { read } from './fixtures/sets.ts'
import { publishTogether } from './publish-together.ts'
import { publishWith } from './publish-with.ts'
import type { UploadSetOptions } from './upload-set-options.ts'
import { uploadSet } from './upload-set.ts'
import type { UploadSet } from './upload-set.ts'

const UNREAD = { reads: 'never' } as const
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52)

function onceSet(options: Partial<UploadSetOptions> = {}): { set: UploadSet<'test'>; storage: OnceStorage } {
  const storage = onceStorage()
  return { set: uploadSet('test', { storage, ...options }), storage }
}

/** Text, with other bytes at its beginning. */
function bytesOf(size: number, first = new Uint8Array(0)): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size).fill(0x61)
  bytes.set(first)
  return bytes
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

describe('a storage that wants to know keys early', () => {
  test('is told the key of a large file after its first bytes, and the file gets it', async () => {
    const { set, storage } = onceSet()
    const bytes = bytesOf(200_000)
    const file = await set.save(inChunks(bytes, 1000), { name: 'a.txt', folder: 'f' })
    expect(storage.intents).toEqual([{ key: file.key, record: undefined, size: expect.any(Number) }])
    expect(storage.intents[0]?.size).toBeGreaterThanOrEqual(HEAD_SIZE)
    expect(file.key).toMatch(/^f\/[0-9a-f]{32}\/a\.txt$/)
    expect(await read(set, file.key)).toEqual(bytes)
  })

  test('is told the proven type in the record, and the key has its mark', async () => {
    const { set, storage } = onceSet()
    const file = await set.save(bytesOf(10_000, PNG), { name: 'a.jpg' })
    const record = { filename: 'a.jpg', type: 'image/png' }
    expect(storage.intents).toMatchObject([{ key: file.key, record }])
    expect(file).toMatchObject({ ...record, key: expect.stringMatching(/^[0-9a-f]{32}-r\/a\.jpg$/) })
    expect((await storage.stat(file.key))?.record).toEqual(record)
  })

  test.each([
    [HEAD_SIZE - 1, 0],
    [HEAD_SIZE, 1],
  ])('of a file of %i bytes is told %i keys', async (size, count) => {
    for (const chunk of [1, 1000, size]) {
      const { set, storage } = onceSet()
      await set.save(inChunks(bytesOf(size), chunk), { name: 'a.txt' })
      expect(storage.intents).toHaveLength(count)
    }
  })

  test('is told the key of a file that is sealed right after its last byte', async () => {
    const { set, storage } = onceSet()
    const draft = set.draft({ filename: 'a.txt' }, {}, UNREAD)
    void draft.append(bytesOf(100_000))
    await draft.seal()
    expect(storage.intents).toHaveLength(1)
    expect((await draft.publish()).key).toBe(storage.intents[0]?.key)
  })

  test('is told nothing of a file that is refused for its type, and nothing of it is left', async () => {
    const { set, storage } = onceSet()
    const saved = set.save(inChunks(bytesOf(200_000, PNG), 1000), { name: 'a.txt' })
    await expect(saved).rejects.toMatchObject({ code: 'type-mismatch', details: { found: 'image/png' } })
    expect(storage.intents).toEqual([])
    expect(await storage.list()).toEqual({ entries: [] })
  })

  test('is told nothing of a draft that is discarded meanwhile', async () => {
    const { set, storage } = onceSet()
    const createDraft = storage.createDraft.bind(storage)
    const told: string[] = []
    storage.createDraft = (options) => {
      const draft = createDraft(options)
      draft.intend = (key) => void told.push(key)
      return draft
    }
    const draft = set.draft({ filename: 'a.txt' }, {}, UNREAD)
    void draft.append(bytesOf(100_000))
    await draft.discard()
    await expect(draft.seal()).rejects.toThrow(TypeError)
    expect(told).toEqual([])
  })

  test('is told the key of a file that is adopted from another storage, with the digest that it has', async () => {
    const { set, storage } = onceSet()
    const source = uploadSet('source', { storage: memoryStorage(), digest: 'sha-256' })
    const before = await source.save(bytesOf(10_000), { name: 'a.txt' })
    const after = await set.adopt(source, before)
    expect(storage.intents).toMatchObject([{ key: after?.key, record: { digest: before.digest } }])
  })

  test('may fail meanwhile, also if the caller does not wait for its append', async () => {
    const { set, storage } = onceSet()
    const createDraft = storage.createDraft.bind(storage)
    storage.createDraft = (options) => {
      const draft = createDraft(options)
      draft.append = () => {
        const failure = Promise.reject<void>(new UploadError('storage-full', {}))
        failure.catch(() => {})
        return failure
      }
      Object.defineProperty(draft, 'size', { value: HEAD_SIZE })
      return draft
    }
    const draft = set.draft({ filename: 'a.txt' }, {}, UNREAD)
    void draft.append(bytesOf(HEAD_SIZE))
    await draft.seal()
    // By then Node has found out which rejections are not handled, and the test run fails for one.
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    await draft.discard()
  })

  test('refuses a file if it fails when it is told the key', async () => {
    const { set, storage } = onceSet()
    const createDraft = storage.createDraft.bind(storage)
    storage.createDraft = (options) => {
      const draft = createDraft(options)
      draft.intend = () => {
        throw new UploadError('storage-failed', {})
      }
      return draft
    }
    await expect(set.save(bytesOf(10_000), { name: 'a.txt' })).rejects.toMatchObject({ code: 'storage-failed' })
    expect(await storage.list()).toEqual({ entries: [] })
  })
})

describe('a storage that wants to know keys early is told none', () => {
  test.each<[string, Partial<UploadSetOptions>]>([
    ['with checks, which read the file first', { checks: [() => {}] }],
    ['that takes a digest of the whole file', { digest: 'sha-256' }],
  ])('by a set %s', async (_, options) => {
    const { set, storage } = onceSet(options)
    const file = await set.save(bytesOf(10_000), { name: 'a.txt' })
    expect(await set.get(file.key)).toEqual(file)
    expect(storage.intents).toEqual([])
  })

  test('of files that are published together, with a handler or after they were set aside', async () => {
    const { set, storage } = onceSet()
    const sealed = async () => {
      const draft = set.draft({ filename: 'a.txt' })
      await draft.append(bytesOf(10_000))
      await draft.seal()
      return draft
    }
    await publishTogether([await sealed(), await sealed()])
    await publishWith([await sealed()], (_, { save }) => save(set, bytesOf(10_000), { name: 'b.txt' }))
    const claimed = await set.claim(await (await sealed()).keep(new Date(Date.now() + 60_000)))
    await claimed?.draft.publish()
    await set.check(bytesOf(10_000), { name: 'a.txt' })
    expect((await set.list()).files).toHaveLength(5)
    expect(storage.intents).toEqual([])
  })
})

test('a draft that is never read can only be published, alone or in a transaction, in any storage', async () => {
  const memory = memoryStorage()
  for (const storage of [onceStorage(), memory, failingStorage(memory, {})]) {
    const set = uploadSet('test', { storage })
    const draft = set.draft({ filename: 'a.txt' }, {}, UNREAD)
    await draft.append(bytesOf(10_000))
    await draft.seal()
    const message = /was opened with \{ reads: 'never' \}/
    expect(() => draft.stream()).toThrow(message)
    expect(() => draft.path()).toThrow(message)
    await expect(draft.keep(new Date(Date.now() + 60_000))).rejects.toThrow(message)
    const transaction = storage.createTransaction?.()
    if (transaction !== undefined) expect(await draft.reserve(transaction)).toMatchObject({ size: 10_000 })
    await transaction?.rollback()
    expect(await draft.publish()).toMatchObject({ size: 10_000 })
  }
})
