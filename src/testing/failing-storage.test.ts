import { describe, expect, test } from 'vitest'
import { UploadError } from '../errors/upload-error.ts'
import { publishTogether } from '../policy/publish-together.ts'
import { uploadSet } from '../policy/upload-set.ts'
import type { UploadSet } from '../policy/upload-set.ts'
import { everyFile } from '../policy/fixtures/sets.ts'
import { temporaryFolders } from '../receive/fixtures/temporary-folders.ts'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import { onceStorage } from './fixtures/once-storage.ts'
import { fakeFile } from './fake-file.ts'
import { failingStorage } from './failing-storage.ts'
import type { FailingStorageOptions } from './failing-storage.ts'
import type { FailingSteps } from './failing-storage/faults.ts'
import { storageContract } from './storage-contract.ts'
import { storedFiles } from './stored-files.ts'

const newFolder = temporaryFolders()
const RECORD = { filename: 'a.txt', type: 'text/plain' }

function broken(steps: FailingSteps, options?: FailingStorageOptions) {
  const storage = memoryStorage({ maxSize: 1_000_000 })
  const failing = failingStorage(storage, steps, options)
  return { storage, failing, set: uploadSet('test', { storage: failing }) }
}

const a = (): File => fakeFile('a.txt', { size: 1000 })

async function sealed(set: UploadSet) {
  const draft = set.draft({ filename: 'a.txt' })
  await draft.append(new Uint8Array(1000).fill(65))
  await draft.seal()
  return draft
}

describe('a storage in which nothing is told to fail', () => {
  for (const { name, run } of storageContract(() => failingStorage(memoryStorage(), {}))) test(name, run)
})

describe('a storage of keys that are given once in which nothing is told to fail', () => {
  const cases = storageContract(() => failingStorage(onceStorage(), {}), { keys: 'once' })
  for (const { name, run } of cases) test(name, run)

  test('is told the keys of drafts', async () => {
    const storage = onceStorage()
    const draft = failingStorage(storage, {}).createDraft()
    draft.intend?.('key', RECORD)
    await draft.discard()
    expect(storage.intents).toMatchObject([{ key: 'key', record: RECORD }])
    expect(failingStorage(memoryStorage(), {}).createDraft().intend === undefined).toBe(true)
  })
})

describe('a storage on disk in which nothing is told to fail', () => {
  for (const { name, run } of storageContract(() => failingStorage(diskStorage(newFolder()), {}))) test(name, run)

  test('has its paths and its room', async () => {
    const storage = diskStorage(newFolder())
    const failing = failingStorage(storage, {})
    expect(failing.path?.('a.txt')).toBe(storage.path('a.txt'))
    expect(await failing.freeSpace?.()).toBeGreaterThan(0)
  })
})

describe('a broken medium', () => {
  test.each<FailingSteps>([{ append: 1 }, { seal: 1 }, { publish: 1 }])('refuses a file at %o', async (steps) => {
    const { storage, set } = broken(steps)
    await expect(set.save(a())).rejects.toMatchObject({ code: 'storage-failed' })
    expect(await storedFiles(storage)).toEqual([])
    expect(await storage.freeSpace()).toBe(1_000_000)
  })

  test('leaves nothing of a draft that cannot be sealed, and rejects its flush and truncate', async () => {
    for (const step of ['append', 'flush', 'truncate', 'seal'] as const) {
      const { storage, failing } = broken({ [step]: 1 })
      const draft = failing.createDraft()
      const ready = draft.append(new Uint8Array(10))
      const results = await Promise.allSettled([ready, draft.flush(), draft.truncate(5), draft.seal()])
      const failed = results.map(({ status }) => status === 'rejected')
      expect([step, failed.filter(Boolean).length]).toEqual([step, step === 'append' ? 4 : 1])
      if (step === 'seal' || step === 'append') expect(await storage.freeSpace()).toBe(1_000_000)
      await draft.discard()
      expect(await storage.freeSpace()).toBe(1_000_000)
    }
  })

  test('reports by seal an append whose promise was ignored', async () => {
    const draft = broken({ append: 1 }).failing.createDraft()
    void draft.append(new Uint8Array(10))
    // By then Node has found out which rejections are not handled, and the test run fails for one.
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    await expect(draft.seal()).rejects.toMatchObject({ code: 'storage-failed' })
  })

  test('breaks under a draft that was set aside as well', async () => {
    const { failing } = broken({ publish: 1 })
    const draft = await failing.createDraft().seal()
    await draft.keep?.(new Date(Date.now() + 60_000), '')
    const claimed = await failing.claim?.(draft.id)
    await expect(claimed?.sealed.publish('a.txt', RECORD)).rejects.toMatchObject({ code: 'storage-failed' })
  })

  test.each<FailingSteps>([{ reserve: 1 }, { reserve: 2 }, { prepare: 1 }, { commit: 1 }])(
    'refuses files that belong together at %o, all of them, on disk and in memory',
    async (steps) => {
      const folder = newFolder()
      for (const storage of [memoryStorage(), diskStorage(folder)]) {
        const set = uploadSet('test', { storage: failingStorage(storage, steps) })
        const drafts = [await sealed(set), await sealed(set)]
        await expect(publishTogether(drafts)).rejects.toMatchObject({ code: 'storage-failed' })
        for (const draft of drafts) await draft.discard()
        expect(await storedFiles(storage)).toEqual([])
      }
      expect(everyFile(folder)).toEqual([])
    },
  )

  test('publishes with the next sweep what could not be committed and was deferred', async () => {
    const { storage, failing } = broken({ commit: [1, 2] })
    const draft = failing.createDraft()
    const transaction = failing.createTransaction?.()
    await transaction?.reserve(await draft.seal(), 'a.txt', RECORD)
    await transaction?.prepare()
    await expect(transaction?.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    await failing.sweep()
    expect(await storedFiles(storage)).toEqual([])
    await transaction?.defer()
    await expect(failing.sweep()).rejects.toMatchObject({ code: 'storage-failed' })
    expect(await storedFiles(storage)).toEqual([])
    await failing.sweep()
    expect(await storedFiles(storage)).toMatchObject([{ key: 'a.txt' }])
    await failing.sweep()
  })

  test('does not publish what was rolled back', async () => {
    const { storage, failing } = broken({ commit: [1] })
    const transaction = failing.createTransaction?.()
    await transaction?.reserve(await failing.createDraft().seal(), 'a.txt', RECORD)
    await transaction?.prepare()
    await expect(transaction?.commit()).rejects.toMatchObject({ code: 'storage-failed' })
    await transaction?.defer()
    await transaction?.rollback()
    await failing.sweep()
    expect(await storedFiles(storage)).toEqual([])
  })

  test.each(['stat', 'open', 'list', 'delete', 'sweep', 'claim', 'freeSpace'] as const)('fails to %s', async (step) => {
    const { failing } = broken({ [step]: 1 })
    const call = async (): Promise<unknown> =>
      ({
        stat: () => failing.stat('a.txt'),
        open: () => failing.open('a.txt'),
        list: () => failing.list(),
        delete: () => failing.delete('a.txt'),
        sweep: () => failing.sweep(),
        claim: () => failing.claim?.('a'),
        freeSpace: () => failing.freeSpace?.(),
      })[step]()
    await expect(call()).rejects.toMatchObject({ code: 'storage-failed' })
  })

  test('fails to set a draft aside', async () => {
    const { failing } = broken({ keep: 1 })
    const draft = await failing.createDraft().seal()
    await expect(draft.keep?.(new Date(Date.now() + 60_000), '')).rejects.toMatchObject({ code: 'storage-failed' })
  })

  test('breaks a download off after its first bytes', async () => {
    const { failing, set } = broken({ stream: 1 })
    await set.save(new Uint8Array(200_000).fill(65), { name: 'a.txt' })
    const file = await failing.open('a.txt')
    let size = 0
    const read = async (): Promise<void> => {
      for await (const chunk of file?.stream() ?? []) size += chunk.length
    }
    await expect(read()).rejects.toMatchObject({ code: 'storage-failed' })
    expect(size).toBeGreaterThan(0)
    expect(size).toBeLessThanOrEqual(200_000)
  })
})

describe('which calls fail', () => {
  test('is told by a number: that one and all after it', async () => {
    const { storage, set } = broken({ publish: 2 })
    const results = await Promise.allSettled([set.save(a()), set.save(a()), set.save(a())])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(await storedFiles(storage)).toHaveLength(1)
  })

  test('is told by a list: those alone', async () => {
    const { set } = broken({ publish: [1, 3] })
    const statuses: string[] = []
    for (let count = 0; count < 4; count++) {
      statuses.push(
        await set.save(a()).then(
          () => 'kept',
          () => 'failed',
        ),
      )
    }
    expect(statuses).toEqual(['failed', 'kept', 'failed', 'kept'])
  })

  test.each([0, -1, 1.5, Number.NaN])('is never %s', (call) => {
    expect(() => broken({ seal: call })).toThrow('The calls of seal count from 1')
    expect(() => broken({ seal: [1, call] })).toThrow(TypeError)
  })
})

describe('a step that fails', () => {
  test('may be another refusal', async () => {
    const { set } = broken({ seal: 1 }, { error: () => new UploadError('storage-full', {}) })
    await expect(set.save(a())).rejects.toMatchObject({ code: 'storage-full' })
  })

  test('may be of a storage without transactions, or of one that sets nothing aside', async () => {
    const failing = failingStorage(memoryStorage(), {}, { transactions: false, keeping: false })
    expect(Object.keys(failing)).not.toContain('createTransaction')
    expect(Object.keys(failing)).not.toContain('claim')
    expect(Object.keys(await failing.createDraft().seal())).not.toContain('keep')
  })
})
