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
import { dirname, join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { openFilesIn } from '../../file/fixtures/open-files.ts'
import type { OpenFile, Storage } from '../storage.ts'
import { diskStorage } from './disk-storage.ts'
import type { DiskStorage } from './disk-storage.ts'
import { WarmFiles } from './warm-files.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-warm-'))
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

/** Reads a file until it is warm. */
async function warmUp(storage: Storage, key: string): Promise<void> {
  await expect
    .poll(async () => {
      const file = await storage.open(key)
      const isWarm = file !== undefined && 'bytes' in file
      await read(file)
      return isWarm
    })
    .toBe(true)
}

/** Reads a file until its bytes are in memory. */
async function keepWarm(storage: DiskStorage, key: string): Promise<void> {
  await warmUp(storage, key)
  await expect.poll(() => isKept(storage, key)).toBe(true)
}

/** Reads a file; whether that took its bytes from memory, and did not open it. */
async function isKept(storage: DiskStorage, key: string): Promise<boolean> {
  const file = await storage.open(key)
  const isOpen = openFilesIn(dirname(storage.path(key))).length > 0
  await read(file)
  return file?.bytes !== undefined && !isOpen
}

describe.runIf(process.platform === 'linux').each([
  ['that was read a moment ago', warmUp],
  ['whose bytes are in memory', keepWarm],
] as const)('a small file %s', (_name, warm) => {
  test('is read at once, with its record, as often as one likes', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a.txt', OLD)
    await warm(storage, 'a.txt')
    for (let time = 0; time < 3; time += 1) {
      const file = await storage.open('a.txt')
      expect(file?.entry.record).toEqual(RECORD)
      expect(await read(file)).toBe(OLD)
    }
    expect(openFilesIn(folder)).toEqual([])
  })

  test('can be read in part, as a stream or not at all, and is closed then', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a.txt', OLD)
    await warm(storage, 'a.txt')
    const part = await storage.open('a.txt')
    expect(part?.bytes?.(4, 7)).toEqual(Buffer.from('old'))
    expect(() => part?.bytes?.(4, 7)).toThrow(TypeError)
    const stream = await storage.open('a.txt')
    expect(await readStream(stream?.stream(4, 7) ?? [])).toBe('old')
    const outside = await storage.open('a.txt')
    expect(() => outside?.bytes?.(0, 100)).toThrow(TypeError)
    await outside?.close()
    const unread = await storage.open('a.txt')
    await unread?.close()
    expect(openFilesIn(folder)).toEqual([])
  })

  test.each<[string, (path: string, folder: string) => void, string | undefined]>([
    ['overwritten', (path) => writeFileSync(path, NEW), NEW],
    [
      'replaced by one of the same size and time',
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
  ])('and was then %s is what it is now', async (_, change, expected) => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a.txt', OLD)
    await warm(storage, 'a.txt')
    change(join(folder, 'a.txt'), folder)
    expect(await read(await storage.open('a.txt'))).toBe(expected)
    expect(openFilesIn(folder)).toEqual([])
  })

  test.each<[string, (bytes: Uint8Array) => void]>([
    ['overwrites them', (bytes) => bytes.fill(0)],
    ['overwrites all of the memory that they lie in', ({ buffer }) => new Uint8Array(buffer).fill(0)],
    ['transfers their memory', ({ buffer }) => structuredClone(buffer, { transfer: [buffer] })],
  ])('stays the same for the next reader if a reader of its bytes %s', async (_, harm) => {
    const storage = diskStorage(newFolder())
    await store(storage, 'a.txt', OLD)
    await warm(storage, 'a.txt')
    const readings: ((file: OpenFile) => Promise<void>)[] = [
      async (file) => harm(file.bytes?.(0, OLD.length) ?? new Uint8Array()),
      async (file) => harm(file.bytes?.(4, 7) ?? new Uint8Array()),
      async (file) => {
        for await (const chunk of file.stream()) harm(chunk)
      },
    ]
    for (const reading of readings) {
      const [file, other] = [await storage.open('a.txt'), await storage.open('a.txt')]
      const bytes = other?.bytes?.(0, OLD.length)
      if (file !== undefined) await reading(file)
      expect(Buffer.from(bytes ?? []).toString()).toBe(OLD)
      expect(await read(await storage.open('a.txt'))).toBe(OLD)
    }
  })

  test('deleted and uploaded anew by another process has the record of the new one', async () => {
    const folder = newFolder()
    const [storage, other] = [diskStorage(folder), diskStorage(folder)]
    await store(storage, 'a.txt', OLD)
    await warm(storage, 'a.txt')
    await other.delete('a.txt')
    const draft = other.createDraft()
    await draft.append(new TextEncoder().encode(NEW))
    await (await draft.seal()).publish('a.txt', { filename: 'Dog.TXT', type: 'text/plain' })
    const file = await storage.open('a.txt')
    expect(file?.entry.record?.filename).toBe('Dog.TXT')
    expect(await read(file)).toBe(NEW)
  })

  test.each([
    ['is large', 'large.txt', 'x'.repeat(65_537)],
    ['lies in a folder, which may become a symlink', 'folder/a.txt', OLD],
    ['is empty', 'empty.txt', ''],
  ])('and %s is left to the thread pool', async (_, key, text) => {
    const storage = diskStorage(newFolder())
    await store(storage, key, text)
    await store(storage, 'small.txt', OLD)
    expect(await read(await storage.open(key))).toBe(text)
    await warmUp(storage, 'small.txt')
    const file = await storage.open(key)
    expect(file).not.toHaveProperty('bytes')
    await file?.close()
  })
})

describe.runIf(process.platform === 'linux')('a small file that is read again each time', () => {
  test('without a record has one as soon as that comes', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a.txt', OLD)
    const records = join(folder, '.decant', 'records')
    renameSync(records, `${records}.aside`)
    await warmUp(storage, 'a.txt')
    expect((await storage.stat('a.txt'))?.record).toBeUndefined()
    renameSync(`${records}.aside`, records)
    const file = await storage.open('a.txt')
    expect(file?.entry.record).toEqual(RECORD)
    await file?.close()
  })

  test('and becomes shorter while it is open is a failure of the storage', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a.txt', OLD)
    await warmUp(storage, 'a.txt')
    const file = await storage.open('a.txt')
    truncateSync(join(folder, 'a.txt'), 3)
    expect(() => file?.bytes?.(0, OLD.length)).toThrow(expect.objectContaining({ code: 'storage-failed' }))
    expect(openFilesIn(folder)).toEqual([])
  })
})

describe.runIf(process.platform === 'linux')('bytes in memory', () => {
  test('are what the file was when it was opened, whatever becomes of it then', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a.txt', OLD)
    await keepWarm(storage, 'a.txt')
    const file = await storage.open('a.txt')
    truncateSync(join(folder, 'a.txt'), 3)
    expect(await read(file)).toBe(OLD)
    expect(await read(await storage.open('a.txt'))).toBe('the')
  })

  test('have a record soon after that comes', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a.txt', OLD)
    const records = join(folder, '.decant', 'records')
    renameSync(records, `${records}.aside`)
    await keepWarm(storage, 'a.txt')
    renameSync(`${records}.aside`, records)
    await expect
      .poll(async () => {
        const file = await storage.open('a.txt')
        await file?.close()
        return file?.entry.record
      })
      .toEqual(RECORD)
  })

  test('are not kept of a file so new that its next change could have the same time', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a.txt', OLD)
    const { ctimeMs } = statSync(join(folder, 'a.txt'))
    vi.useFakeTimers({ toFake: ['Date'], now: ctimeMs + 50 })
    await warmUp(storage, 'a.txt')
    await isKept(storage, 'a.txt')
    expect(await isKept(storage, 'a.txt')).toBe(false)
    vi.setSystemTime(ctimeMs + 60_000)
    await isKept(storage, 'a.txt')
    expect(await isKept(storage, 'a.txt')).toBe(true)
  })

  test('are not those that their first reader got and may have overwritten', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a.txt', OLD)
    const { ctimeMs } = statSync(join(folder, 'a.txt'))
    vi.useFakeTimers({ toFake: ['Date'], now: ctimeMs + 50 })
    await warmUp(storage, 'a.txt')
    vi.setSystemTime(ctimeMs + 60_000)
    const file = await storage.open('a.txt')
    file?.bytes?.(0, OLD.length)?.fill(0)
    expect(await read(await storage.open('a.txt'))).toBe(OLD)
    expect(await isKept(storage, 'a.txt')).toBe(true)
  })

  test('are read anew after ten seconds', async () => {
    const storage = diskStorage(newFolder())
    await store(storage, 'a.txt', OLD)
    await keepWarm(storage, 'a.txt')
    const keptBefore = performance.now()
    vi.useFakeTimers({ toFake: ['performance'] })
    vi.advanceTimersByTime(keptBefore + 10_000)
    const file = await storage.open('a.txt')
    expect(file).not.toHaveProperty('bytes')
    await file?.close()
  })
})

describe.runIf(process.platform === 'linux')('nobody waits for a disk', () => {
  async function remember(): Promise<WarmFiles> {
    const folder = newFolder()
    writeFileSync(join(folder, 'a.txt'), OLD)
    // The file is newer than all that happens here, and nothing of it kept.
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 0 })
    const files = new WarmFiles(folder)
    const entry = { key: 'a.txt', size: OLD.length, storedAt: new Date(0), version: '1', record: RECORD }
    await files.remember(entry, statSync(join(folder, 'a.txt'), { bigint: true }), join(folder, 'record'))
    return files
  }

  test('that has not been asked for a file in ten seconds', async () => {
    const files = await remember()
    for (let time = 0; time < 3; time += 1) {
      vi.advanceTimersByTime(9000)
      expect(files.open('a.txt')?.bytes?.(0, OLD.length)).toEqual(Buffer.from(OLD))
    }
    vi.advanceTimersByTime(10_000)
    expect(files.open('a.txt')).toBeUndefined()
  })

  test('that was slow again and again', async () => {
    const files = await remember()
    for (let time = 0; time < 3; time += 1) {
      const start = performance.now()
      vi.advanceTimersByTime(100)
      files.heed(start)
    }
    expect(files.open('a.txt')).toBeUndefined()
    vi.advanceTimersByTime(2500)
    expect(files.open('a.txt')?.bytes?.(0, OLD.length)).toEqual(Buffer.from(OLD))
  })
})
