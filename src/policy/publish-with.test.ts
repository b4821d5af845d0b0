import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { PROCESS_MEMORY, PROCESS_MEMORY_LIMIT } from '../budget/process-memory.ts'
import { collect } from '../receive/fixtures/collect.ts'
import { diskStorage } from '../storage/disk/disk-storage.ts'
import { memoryStorage } from '../storage/memory/memory-storage.ts'
import type { Storage } from '../storage/storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import { failingStorage } from '../testing/failing-storage.ts'
import type { FileTransaction } from './file-transaction.ts'
import { publishWith } from './publish-with.ts'
import type { UploadDraft } from './upload-draft.ts'
import { uploadSet } from './upload-set.ts'
import type { UploadSet } from './upload-set.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-publish-with-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const newFolder = (): string => mkdtempSync(join(base, 'folder-'))
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const setOf = (name: string, storage: Storage): UploadSet => uploadSet(name, { storage, extensions: ['txt'] })

const STORAGES: readonly (readonly [string, () => Storage])[] = [
  ['disk', () => diskStorage(newFolder())],
  ['memory', () => memoryStorage({ maxSize: 1000 })],
]

async function draftIn(set: UploadSet, filename: string, text: string): Promise<UploadDraft> {
  const draft = set.draft({ filename, field: 'cover' })
  await draft.append(bytesOf(text))
  await draft.seal()
  return draft
}

async function textsIn(...sets: readonly UploadSet[]): Promise<Record<string, string>> {
  const texts: Record<string, string> = {}
  for (const set of sets) {
    for (const { key } of (await set.list()).files) {
      const open = await set.open(key)
      texts[`${set.name}/${key}`] = open === undefined ? '' : await textOf(open.stream())
    }
  }
  return texts
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await collect(chunks))
}

/** The files of a folder that no reader may see, such as drafts. */
function privateFiles(folder: string): string[] {
  return ['drafts', 'prepared', 'reserved']
    .flatMap((name) => readdirSync(join(folder, '.decant', name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== 'lease')
    .map(({ name }) => name)
}

describe.each(STORAGES)('publishing with a handler, on %s,', (_kind, open) => {
  test('publishes a file that is derived from another one together with it, and deletes an old one', async () => {
    const [photos, thumbs] = [setOf('photos', open()), setOf('thumbs', open())]
    const old = await thumbs.save(bytesOf('old'), { name: 'old.txt' })
    const seen: Record<string, string>[] = []
    const thumb = await publishWith([await draftIn(photos, 'cover.txt', 'COVER')], async ([cover], transaction) => {
      const bytes = await transaction.bytes(cover ?? expect.unreachable())
      const text = new TextDecoder().decode(bytes).toLowerCase()
      const saved = await transaction.save(thumbs, bytesOf(text), { filename: 'cover.txt', folder: 'small' })
      expect(await transaction.delete(thumbs, old)).toBe(true)
      expect(await transaction.delete(thumbs, 'missing.txt')).toBe(false)
      // The derived file is one of the transaction, too.
      expect(await textOf(transaction.stream(saved))).toBe('cover')
      seen.push(await textsIn(photos, thumbs))
      return saved
    })
    expect(thumb).toMatchObject({ set: 'thumbs', key: 'small/cover.txt', filename: 'cover.txt', size: 5 })
    expect(seen).toEqual([{ 'thumbs/old.txt': 'old' }])
    expect(await textsIn(photos, thumbs)).toEqual({ 'photos/cover.txt': 'COVER', 'thumbs/small/cover.txt': 'cover' })
    expect(await thumbs.get(thumb.key)).toEqual(thumb)
  })

  test('leaves nothing of the files that its handler has saved if the handler throws', async () => {
    const storage = open()
    const set = setOf('files', storage)
    const old = await set.save(bytesOf('old'), { name: 'old.txt' })
    const room = storage.kind === 'memory' ? await storage.freeSpace?.() : undefined
    const drafts = [await draftIn(set, 'cover.txt', 'cover')]
    const failing = publishWith(drafts, async (_files, transaction) => {
      await transaction.save(set, bytesOf('derived'), { name: 'derived.txt' })
      await transaction.delete(set, old)
      throw new Error('no row')
    })
    await expect(failing).rejects.toThrow('no row')
    await Promise.all(drafts.map((draft) => draft.discard()))
    expect(await textsIn(set)).toEqual({ 'files/old.txt': 'old' })
    if (room !== undefined) expect(await storage.freeSpace?.()).toBe(room)
    expect(await set.save(bytesOf('free'), { name: 'derived.txt' })).toMatchObject({ key: 'derived.txt' })
    if (storage.path !== undefined) expect(privateFiles(join(storage.path('a'), '..'))).toEqual([])
  })

  test('refuses a derived file by the rules of its set, and goes on if the handler catches that', async () => {
    const storage = open()
    const set = uploadSet('small', { storage, extensions: ['txt'], maxFileSize: 5 })
    await publishWith([], async (_, { save }) => {
      await expect(save(set, bytesOf('too long'), { filename: 'a.txt' })).rejects.toMatchObject({
        code: 'file-too-large',
      })
      await expect(save(set, bytesOf('a'), { filename: 'a.exe' })).rejects.toMatchObject({ code: 'type-not-allowed' })
      await expect(save(set, bytesOf('a'))).rejects.toThrow(TypeError)
      await save(set, bytesOf('fine'), { filename: 'a.txt' })
    })
    expect(await textsIn(set)).toEqual({ 'small/a.txt': 'fine' })
    if (storage.path !== undefined) expect(privateFiles(join(storage.path('a'), '..'))).toEqual([])
  })

  test('takes many calls at the same time, also if they bring in storages', async () => {
    const [one, two] = [setOf('one', open()), setOf('two', open())]
    await publishWith([], async (_, { save }) => {
      const saves = Array.from({ length: 20 }, (_item, index) =>
        save(index % 2 === 0 ? one : two, bytesOf(String(index)), { filename: 'a.txt' }),
      )
      await Promise.all(saves)
    })
    const texts = await textsIn(one, two)
    expect(Object.keys(texts)).toHaveLength(20)
    expect(new Set(Object.values(texts)).size).toBe(20)
  })

  test('does not delete a file that has been replaced, and lists it', async () => {
    const set = setOf('files', open())
    await set.save(bytesOf('old'), { name: 'a.txt' })
    let told: FileTransaction | undefined
    await publishWith([], async (_, transaction) => {
      told = transaction
      await transaction.delete(set, 'a.txt')
      await set.delete('a.txt')
      await set.save(bytesOf('new'), { name: 'a.txt' })
      expect(transaction.skipped).toEqual([])
    })
    expect(told?.skipped).toEqual([{ set: 'files', key: 'a.txt' }])
    expect(await textsIn(set)).toEqual({ 'files/a.txt': 'new' })
  })

  test('outlives a call that fails and that the handler does not wait for', async () => {
    const set = setOf('files', open())
    const unhandled = vi.fn<() => void>()
    process.on('unhandledRejection', unhandled)
    try {
      const result = await publishWith([], (_, transaction) => {
        void transaction.save(set, bytesOf('x'), { name: 'a.exe' })
        return 'done'
      })
      await setImmediate()
      expect(result).toBe('done')
      expect(unhandled).not.toHaveBeenCalled()
    } finally {
      process.off('unhandledRejection', unhandled)
    }
  })

  test('waits for the calls that its handler did not wait for', async () => {
    const set = setOf('files', open())
    await set.save(bytesOf('old'), { name: 'old.txt' })
    await publishWith([], (_, transaction) => {
      void transaction.save(set, bytesOf('new'), { name: 'new.txt' })
      void transaction.delete(set, 'old.txt')
    })
    expect(await textsIn(set)).toEqual({ 'files/new.txt': 'new' })
  })

  test('refuses every call after the end with a TypeError', async () => {
    const set = setOf('files', open())
    const kept = await publishWith(
      [await draftIn(set, 'a.txt', 'text')],
      ([file = expect.unreachable()], transaction) => ({ transaction, file, chunks: transaction.stream(file) }),
    )
    const { transaction, file, chunks } = kept
    await expect(transaction.bytes(file)).rejects.toThrow(TypeError)
    await expect(transaction.save(set, bytesOf('b'), { name: 'b.txt' })).rejects.toThrow(/transaction is over/)
    await expect(transaction.delete(set, file)).rejects.toThrow(TypeError)
    expect(() => transaction.stream(file)).toThrow(TypeError)
    expect(() => transaction.path(file)).toThrow(TypeError)
    await expect(collect(chunks)).rejects.toThrow(TypeError)
    expect(await textsIn(set)).toEqual({ 'files/a.txt': 'text' })
  })

  test('tells misuse as a TypeError that says what to do', async () => {
    const set = setOf('files', open())
    const stored = await set.save(bytesOf('old'), { name: 'old.txt' })
    await publishWith([await draftIn(set, 'a.txt', 'text')], async ([file = expect.unreachable()], transaction) => {
      await expect(transaction.bytes(stored)).rejects.toThrow(/use open of its set/)
      expect(() => transaction.path(stored)).toThrow(/"old\.txt" is not a file that this transaction/)
      // @ts-expect-error -- a misspelt option
      await expect(transaction.bytes(file, { maxsize: 1 })).rejects.toThrow(/Did you mean "maxSize"/)
      // @ts-expect-error -- a misspelt option
      await expect(transaction.save(set, bytesOf('b'), { fileName: 'b.txt' })).rejects.toThrow(/"filename"/)
      // @ts-expect-error -- the name of a set
      await expect(transaction.save('files', bytesOf('b'))).rejects.toThrow(/needs an upload set first; got "files"/)
      // @ts-expect-error -- no file
      await expect(transaction.delete(set, undefined)).rejects.toThrow(/neither a stored file nor the key/)
      expect(() => transaction.stream(file, 2, 1)).toThrow(TypeError)
    })
  })
})

test('a handler can give the path of a file on disk to a program, and gets a TypeError for one in memory', async () => {
  const [files, cached] = [setOf('files', diskStorage(newFolder())), setOf('cached', memoryStorage())]
  await publishWith(
    [await draftIn(files, 'a.txt', 'on disk'), await draftIn(cached, 'b.txt', 'in memory')],
    async ([disk = expect.unreachable(), memory = expect.unreachable()], transaction) => {
      expect(await readFile(transaction.path(disk), 'utf8')).toBe('on disk')
      const derived = await transaction.save(files, bytesOf('derived'), { name: 'c.txt' })
      expect(readFileSync(transaction.path(derived), 'utf8')).toBe('derived')
      expect(() => transaction.path(memory)).toThrow(/kind "memory" has no paths/)
    },
  )
})

test('a transaction that begins in memory is as durable as a disk that joins it', async () => {
  const folder = newFolder()
  const [memory, disk] = [setOf('memory', memoryStorage()), setOf('disk', diskStorage(folder))]
  const ids = new Set<string>()
  await publishWith([await draftIn(memory, 'a.txt', 'a')], async (_, { id, save }) => {
    await save(disk, bytesOf('b'), { name: 'b.txt' })
    ids.add(id)
    const [prepared = ''] = readdirSync(join(folder, '.decant', 'prepared'))
    ids.add(prepared.slice(0, prepared.indexOf('@')))
  })
  expect(ids.size).toBe(1)
  expect(await textsIn(memory, disk)).toEqual({ 'memory/a.txt': 'a', 'disk/b.txt': 'b' })
})

test('deletes no file as long as a storage has not published its files', async () => {
  const [one, two] = [diskStorage(newFolder()), failingStorage(diskStorage(newFolder()), { commit: [1] })]
  const [first, second] = [setOf('first', one), setOf('second', two)]
  await first.save(bytesOf('old'), { name: 'old.txt' })
  const delayed = publishWith([await draftIn(second, 'new.txt', 'new')], (_, transaction) =>
    transaction.delete(first, 'old.txt'),
  )
  await expect(delayed).rejects.toMatchObject({ code: 'publishing-delayed' })
  expect(await textsIn(first, second)).toEqual({ 'first/old.txt': 'old' })
  for (const storage of [two, one]) await storage.sweep()
  expect(await textsIn(first, second)).toEqual({ 'second/new.txt': 'new' })
})

test('leaves deletions that the storage cannot do now to the next sweep, and succeeds', async () => {
  const inner = memoryStorage()
  const storage = failingStorage(inner, { finish: [1] })
  const set = setOf('files', storage)
  await set.save(bytesOf('old'), { name: 'old.txt' })
  await publishWith([await draftIn(set, 'new.txt', 'new')], (_, transaction) => transaction.delete(set, 'old.txt'))
  expect(await textsIn(set)).toEqual({ 'files/new.txt': 'new', 'files/old.txt': 'old' })
  await storage.sweep()
  expect(await textsIn(set)).toEqual({ 'files/new.txt': 'new' })
})

test('keeps a file whose deletion could not be written down, and does not end the process', async () => {
  const storage = failingStorage(memoryStorage(), { delete: 1 })
  const set = setOf('files', storage)
  await set.save(bytesOf('old'), { name: 'old.txt' })
  await publishWith([await draftIn(set, 'new.txt', 'new')], (_, transaction) => {
    void transaction.delete(set, 'old.txt')
  })
  expect(await textsIn(set)).toEqual({ 'files/new.txt': 'new', 'files/old.txt': 'old' })
})

describe('the bytes of a file for a handler', () => {
  const set = setOf('files', memoryStorage())

  test('are refused beyond the limit of the call, and 32 MiB by default', async () => {
    const large = uploadSet('large', { storage: memoryStorage(), extensions: ['txt'], maxFileSize: 40 * 1024 ** 2 })
    const draft = large.draft({ filename: 'large.txt' })
    await draft.append(new Uint8Array(32 * 1024 ** 2 + 1).fill(65))
    await draft.seal()
    await publishWith(
      [await draftIn(set, 'a.txt', 'text'), draft],
      async ([small = expect.unreachable(), file = expect.unreachable()], { bytes }) => {
        await expect(bytes(small, { maxSize: 3 })).rejects.toMatchObject({
          code: 'file-too-large',
          details: { limit: 3, filename: 'a.txt', field: 'cover' },
        })
        expect(await bytes(small, { maxSize: 4 })).toEqual(bytesOf('text'))
        await expect(bytes(file)).rejects.toMatchObject({ details: { limit: 32 * 1024 ** 2 } })
        expect(await bytes(file, { maxSize: Infinity })).toHaveLength(32 * 1024 ** 2 + 1)
      },
    )
  })

  test('refuses bytes that the memory of the process has no room for, and gives it back at the end', async () => {
    const before = PROCESS_MEMORY.used
    const other = PROCESS_MEMORY.open(PROCESS_MEMORY_LIMIT)
    other.take(PROCESS_MEMORY_LIMIT - before - 6)
    const work = async ([file]: StoredFile[], { bytes }: FileTransaction): Promise<void> => {
      await bytes(file ?? expect.unreachable())
      expect(PROCESS_MEMORY.used).toBe(PROCESS_MEMORY_LIMIT - 2)
      await bytes(file ?? expect.unreachable())
    }
    const refused = publishWith([await draftIn(set, 'b.txt', 'text')], work)
    await expect(refused).rejects.toMatchObject({ code: 'overloaded', status: 503 })
    expect(PROCESS_MEMORY.used).toBe(PROCESS_MEMORY_LIMIT - 6)
    other.close()
    await publishWith([await draftIn(set, 'c.txt', 'text')], ([file = expect.unreachable()], { bytes }) => bytes(file))
    expect(PROCESS_MEMORY.used).toBe(before)
  })
})

test('takes no set whose storage has another recover, or no transactions', async () => {
  const recover = () => 'publish' as const
  const storage = diskStorage(newFolder(), { recover })
  const [first, same] = [setOf('first', storage), setOf('same', diskStorage(newFolder(), { recover }))]
  const other = setOf('other', diskStorage(newFolder(), { recover: () => 'publish' }))
  const none = setOf('none', failingStorage(memoryStorage(), {}, { transactions: false }))
  await publishWith([await draftIn(first, 'a.txt', 'a')], async (_, transaction) => {
    const saving = transaction.save(other, bytesOf('b'), { name: 'b.txt' })
    await expect(saving).rejects.toThrow(/"first" and "other" have different "recover" functions/)
    await expect(transaction.delete(other, 'b.txt')).rejects.toThrow(TypeError)
    await expect(transaction.save(none, bytesOf('b'), { name: 'b.txt' })).rejects.toThrow(/no transactions/)
    await expect(transaction.delete(none, 'b.txt')).rejects.toThrow(TypeError)
    await transaction.save(same, bytesOf('c'), { name: 'c.txt' })
    // A storage in memory asks no function.
    await transaction.save(setOf('memory', memoryStorage()), bytesOf('d'), { name: 'd.txt' })
  })
  expect(await textsIn(first, same, other)).toEqual({ 'first/a.txt': 'a', 'same/c.txt': 'c' })
})

test('tells its handler that the client has gone, and waits for it', async () => {
  const set = setOf('files', memoryStorage())
  const client = new AbortController()
  const outcome = await publishWith(
    [await draftIn(set, 'a.txt', 'a')],
    async (_, { signal }) => {
      client.abort()
      return signal.aborted
    },
    { signal: client.signal },
  )
  expect(outcome).toBe(true)
  expect(await textsIn(set)).toEqual({ 'files/a.txt': 'a' })
})
