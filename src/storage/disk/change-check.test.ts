import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { DiskPatience } from '../../file/disk-patience.ts'
import { openFilesIn } from '../../file/fixtures/open-files.ts'
import type { OpenFile, Storage } from '../storage.ts'
import { ChangeCheck } from './change-check.ts'
import { diskStorage } from './disk-storage.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-change-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))
afterEach(() => {
  vi.useRealTimers()
})

const RECORD = { filename: 'Cat.TXT', type: 'text/plain' }
const OLD = 'the old bytes'
const NEW = 'the new bytes'

function newFolder(): string {
  return mkdtempSync(join(base, 'folder-'))
}

async function store(storage: Storage, key: string, text: string): Promise<void> {
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode(text))
  await (await draft.seal()).publish(key, RECORD)
}

async function read(file: OpenFile | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  const bytes = file.bytes?.(0, file.entry.size)
  if (bytes !== undefined) return new TextDecoder().decode(bytes)
  return readStream(file.stream())
}

async function readStream(stream: AsyncIterable<Uint8Array> | Uint8Array[]): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Opens a file again and again until its bytes are kept. */
async function keep(storage: Storage, key: string): Promise<void> {
  await expect.poll(() => isKept(storage, key)).toBe(true)
}

/** Opens a file twice. Returns whether both times give the same entry, which is kept in memory. */
async function isKept(storage: Storage, key: string): Promise<boolean> {
  const [first, second] = [await storage.open(key), await storage.open(key)]
  await first?.close()
  await second?.close()
  return first !== undefined && first.entry === second?.entry
}

describe.runIf(process.platform === 'linux')('a small file whose bytes are in memory', () => {
  test('is served with its record, any number of times', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a.txt', OLD)
    await keep(storage, 'a.txt')
    for (let time = 0; time < 3; time += 1) {
      const file = await storage.open('a.txt')
      expect(file?.entry.record).toEqual(RECORD)
      expect(await read(file)).toBe(OLD)
    }
    expect(openFilesIn(folder)).toEqual([])
  })

  test('can be read in part, as a stream or not at all', async () => {
    const storage = diskStorage(newFolder())
    await store(storage, 'a.txt', OLD)
    await keep(storage, 'a.txt')
    const part = await storage.open('a.txt')
    expect(Buffer.from(part?.bytes?.(4, 7) ?? []).toString()).toBe('old')
    expect(() => part?.bytes?.(4, 7)).toThrow(TypeError)
    const stream = await storage.open('a.txt')
    expect(await readStream(stream?.stream(4, 7) ?? [])).toBe('old')
    const outside = await storage.open('a.txt')
    expect(() => outside?.bytes?.(0, 100)).toThrow(TypeError)
    await outside?.close()
    const unread = await storage.open('a.txt')
    await unread?.close()
    expect(() => unread?.stream()).toThrow(TypeError)
  })

  test.each<[string, (path: string, folder: string) => void, string | undefined]>([
    ['overwritten', (path) => writeFileSync(path, NEW), NEW],
    [
      'replaced by a file of the same size and time',
      (path) => {
        const { atime, mtime } = statSync(path)
        writeFileSync(`${path}.new`, NEW)
        utimesSync(`${path}.new`, atime, mtime)
        renameSync(`${path}.new`, path)
      },
      NEW,
    ],
    ['deleted', (path) => rmSync(path), undefined],
    [
      'moved, with a symlink in its place',
      (path) => {
        renameSync(path, `${path}.moved`)
        symlinkSync(`${path}.moved`, path)
      },
      undefined,
    ],
    [
      'replaced by a FIFO',
      (path) => {
        rmSync(path)
        execFileSync('mkfifo', [path])
      },
      undefined,
    ],
    [
      'replaced by a folder',
      (path) => {
        rmSync(path)
        mkdirSync(path)
      },
      undefined,
    ],
  ])('is served as it is now if it was %s', async (_, change, expected) => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a.txt', OLD)
    await keep(storage, 'a.txt')
    change(join(folder, 'a.txt'), folder)
    expect(await read(await storage.open('a.txt'))).toBe(expected)
    expect(openFilesIn(folder)).toEqual([])
  })

  test('has the new record if another process has deleted it and uploaded a new one', async () => {
    const folder = newFolder()
    const [storage, other] = [diskStorage(folder), diskStorage(folder)]
    await store(storage, 'a.txt', OLD)
    await keep(storage, 'a.txt')
    await other.delete('a.txt')
    const draft = other.createDraft()
    await draft.append(new TextEncoder().encode(NEW))
    await (await draft.seal()).publish('a.txt', { filename: 'Dog.TXT', type: 'text/plain' })
    const file = await storage.open('a.txt')
    expect(file?.entry.record?.filename).toBe('Dog.TXT')
    expect(await read(file)).toBe(NEW)
  })

  test('is read as it was when it was opened, even if it changes afterwards', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a.txt', OLD)
    await keep(storage, 'a.txt')
    const file = await storage.open('a.txt')
    truncateSync(join(folder, 'a.txt'), 3)
    expect(await read(file)).toBe(OLD)
    expect(await read(await storage.open('a.txt'))).toBe('the')
  })

  test('is served with its record soon after the record was restored', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a.txt', OLD)
    const records = join(folder, '.decant', 'records')
    renameSync(records, `${records}.aside`)
    await keep(storage, 'a.txt')
    renameSync(`${records}.aside`, records)
    await expect
      .poll(async () => {
        const file = await storage.open('a.txt')
        await file?.close()
        return file?.entry.record
      })
      .toEqual(RECORD)
  })
})

describe.runIf(process.platform === 'linux')('the bytes of a file', () => {
  test.each([
    ['is large', 'large.txt', 'x'.repeat(65_537)],
    ['lies in a folder, which may become a symlink', 'folder/a.txt', OLD],
    ['is empty', 'empty.txt', ''],
  ])('that %s are not kept', async (_, key, text) => {
    const storage = diskStorage(newFolder())
    await store(storage, key, text)
    await store(storage, 'small.txt', OLD)
    await keep(storage, 'small.txt')
    await isKept(storage, key)
    expect(await isKept(storage, key)).toBe(false)
    expect(await read(await storage.open(key))).toBe(text)
  })

  test('that is so new that its next change could have the same time are not kept', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'other.txt', OLD)
    await keep(storage, 'other.txt')
    await store(storage, 'a.txt', OLD)
    const { ctimeMs } = statSync(join(folder, 'a.txt'))
    vi.useFakeTimers({ toFake: ['Date'], now: ctimeMs + 50 })
    await isKept(storage, 'a.txt')
    expect(await isKept(storage, 'a.txt')).toBe(false)
    vi.setSystemTime(ctimeMs + 60_000)
    await isKept(storage, 'a.txt')
    expect(await isKept(storage, 'a.txt')).toBe(true)
  })

  test('are not kept if small calls are left to threads', async () => {
    const storage = diskStorage(newFolder(), { calls: 'threads' })
    await store(storage, 'a.txt', OLD)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
    await isKept(storage, 'a.txt')
    expect(await isKept(storage, 'a.txt')).toBe(false)
  })
})

describe.runIf(process.platform === 'linux')('a disk that was slow again and again', () => {
  test('is not asked for changes for a while', async () => {
    const folder = newFolder()
    const path = join(folder, 'a.txt')
    writeFileSync(path, OLD)
    const stats = statSync(path, { bigint: true })
    const file = {
      entry: { key: 'a.txt', size: OLD.length, storedAt: new Date(0), version: '1', record: RECORD },
      stats,
      recordPath: join(folder, 'record'),
    }
    const patience = new DiskPatience()
    const check = new ChangeCheck(folder, patience)
    vi.useFakeTimers({ toFake: ['Date'], now: Number(stats.ctimeMs) + 60_000 })
    await expect.poll(() => check.of(file)?.()).toBe(true)
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Number(stats.ctimeMs) + 60_000 })
    const isCurrent = check.of(file)
    for (let time = 0; time < 3; time += 1) {
      const start = performance.now()
      vi.advanceTimersByTime(100)
      patience.heed(start)
    }
    expect(isCurrent?.()).toBe(false)
    vi.advanceTimersByTime(2500)
    expect(isCurrent?.()).toBe(true)
  })
})
