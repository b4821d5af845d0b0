import { afterEach, describe, expect, test, vi } from 'vitest'
import { storageContract } from '../../testing/storage-contract.ts'
import { memoryStorage } from '../memory/memory-storage.ts'
import type { OpenFile, Storage } from '../storage.ts'
import { cachedStorage } from './cached-storage.ts'
import type { CacheableFile } from './cached-storage.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** A storage in memory whose files tell whether they are current. It counts how often it was asked for a file. */
class CheckedFiles {
  opened = 0
  readonly storage: Storage

  constructor() {
    const inner = memoryStorage()
    const gone = new Set<string>()
    this.storage = {
      ...inner,
      open: async (key: string): Promise<CacheableFile | undefined> => {
        this.opened += 1
        const file = await inner.open(key)
        if (file === undefined) return undefined
        const { entry } = file
        return {
          entry,
          isCurrent: () => !gone.has(entry.version),
          stream: (start, end) => file.stream(start, end),
          close: () => file.close(),
        }
      },
      createTransaction: (leader) => {
        const transaction = inner.createTransaction(leader)
        const finish = transaction.finish.bind(transaction)
        transaction.finish = async () => {
          const before = (await inner.list()).entries
          const skipped = await finish()
          const after = new Set((await inner.list()).entries.map(({ version }) => version))
          for (const { version } of before) if (!after.has(version)) gone.add(version)
          return skipped
        }
        return transaction
      },
      delete: async (key, options) => {
        const version = (await inner.stat(key))?.version
        const isDeleted = await inner.delete(key, options)
        if (isDeleted && version !== undefined) gone.add(version)
        return isDeleted
      },
    }
  }
}

const OLD = 'the old bytes'

async function store(storage: Storage, key: string, text: string): Promise<void> {
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode(text))
  await (await draft.seal()).publish(key)
}

async function read(file: OpenFile | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  const chunks: Uint8Array[] = []
  for await (const chunk of file.stream()) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('a cached storage', () => {
  for (const { name, run } of storageContract(() => cachedStorage(new CheckedFiles().storage))) test(name, run)

  describe('of files that do not tell whether they are current', () => {
    for (const { name, run } of storageContract(() => cachedStorage(memoryStorage()))) test(name, run)
  })

  test('keeps a small file for ten seconds when it is opened again', async () => {
    const files = new CheckedFiles()
    const storage = cachedStorage(files.storage)
    await store(storage, 'a', OLD)
    vi.useFakeTimers({ toFake: ['performance'] })
    for (let time = 0; time < 5; time += 1) expect(await read(await storage.open('a'))).toBe(OLD)
    vi.advanceTimersByTime(9999)
    expect(await read(await storage.open('a'))).toBe(OLD)
    expect(files.opened).toBe(2)
    vi.advanceTimersByTime(1)
    expect(await read(await storage.open('a'))).toBe(OLD)
    expect(files.opened).toBe(3)
  })

  test('does not keep a file that is opened once in ten seconds', async () => {
    const files = new CheckedFiles()
    const storage = cachedStorage(files.storage)
    await store(storage, 'a', OLD)
    vi.useFakeTimers({ toFake: ['performance'] })
    for (let time = 0; time < 3; time += 1) {
      const file = await storage.open('a')
      expect(file).not.toHaveProperty('bytes')
      expect(await read(file)).toBe(OLD)
      vi.advanceTimersByTime(10_000)
    }
    expect(files.opened).toBe(3)
  })

  test('reads a file again if it is not current', async () => {
    const files = new CheckedFiles()
    const storage = cachedStorage(files.storage)
    await store(storage, 'a', OLD)
    for (let time = 0; time < 3; time += 1) expect(await read(await storage.open('a'))).toBe(OLD)
    await files.storage.delete('a')
    await store(files.storage, 'a', 'the new bytes')
    expect(await read(await storage.open('a'))).toBe('the new bytes')
    expect(files.opened).toBe(3)
  })

  test.each([
    ['large', 'x'.repeat(65_537)],
    ['empty', ''],
  ])('does not keep a file that is %s, and asks the storage each time', async (_, text) => {
    const files = new CheckedFiles()
    const storage = cachedStorage(files.storage)
    await store(storage, 'a', text)
    for (let time = 0; time < 3; time += 1) expect(await read(await storage.open('a'))).toBe(text)
    expect(files.opened).toBe(3)
  })

  test.each<[string, (bytes: Uint8Array) => void]>([
    ['overwrites them', (bytes) => bytes.fill(0)],
    ['overwrites the whole buffer that holds them', ({ buffer }) => new Uint8Array(buffer).fill(0)],
    ['transfers their memory', ({ buffer }) => structuredClone(buffer, { transfer: [buffer] })],
  ])('gives the next reader the same file if a reader of its bytes %s', async (_, harm) => {
    const storage = cachedStorage(new CheckedFiles().storage)
    await store(storage, 'a', OLD)
    for (let time = 0; time < 2; time += 1) await read(await storage.open('a'))
    const readings: ((file: OpenFile) => Promise<void>)[] = [
      async (file) => harm(file.bytes?.(0, OLD.length) ?? new Uint8Array()),
      async (file) => harm(file.bytes?.(4, 7) ?? new Uint8Array()),
      async (file) => {
        for await (const chunk of file.stream()) harm(chunk)
      },
    ]
    for (const reading of readings) {
      const [file, other] = [await storage.open('a'), await storage.open('a')]
      const bytes = other?.bytes?.(0, OLD.length)
      if (file !== undefined) await reading(file)
      expect(Buffer.from(bytes ?? []).toString()).toBe(OLD)
      expect(await read(await storage.open('a'))).toBe(OLD)
    }
  })
})
