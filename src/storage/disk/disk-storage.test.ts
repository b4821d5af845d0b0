import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openFilesIn } from '../../file/fixtures/open-files.ts'
import { storageContract } from '../../testing/storage-contract.ts'
import type { Storage } from '../storage.ts'
import { diskStorage } from './disk-storage.ts'
import { byHand } from './fixtures/by-hand.ts'

const base = mkdtempSync(join(tmpdir(), 'decant-disk-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const RECORD = { filename: 'Cat.TXT', type: 'text/plain' }
const onLinux = process.platform === 'linux'

function newFolder(): string {
  return mkdtempSync(join(base, 'folder-'))
}

/** Every file below a folder, also the private ones, except the version of the layout and the leases. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && entry.name !== 'lease')
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => path !== join('.decant', 'format'))
    .toSorted()
}

async function seal(storage: Storage, text: string) {
  const draft = storage.createDraft()
  await draft.append(new TextEncoder().encode(text))
  return draft.seal()
}

async function store(storage: Storage, key: string, text: string) {
  return (await seal(storage, text)).publish(key, RECORD)
}

async function read(storage: Storage, key: string): Promise<string | undefined> {
  const file = await storage.open(key)
  if (file === undefined) return undefined
  const chunks: Uint8Array[] = []
  for await (const chunk of file.stream()) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe.each(['auto', 'never'] as const)('a disk storage that publishes with links: %s', (links) => {
  for (const { name, run } of storageContract(() => diskStorage(newFolder(), { links }), { byHand })) test(name, run)

  describe('and flushes the files that it publishes', () => {
    const durable = () => diskStorage(newFolder(), { links, durable: true })
    for (const { name, run } of storageContract(durable)) test(name, run)
  })

  describe('and leaves small calls to threads', () => {
    const threaded = () => diskStorage(newFolder(), { links, calls: 'threads' })
    for (const { name, run } of storageContract(threaded, { byHand })) test(name, run)
  })

  test('keeps a file as a plain file, and leaves only its record beside it', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links })
    await store(storage, 'a/b.txt', 'hello')
    expect(readFileSync(storage.path('a/b.txt'), 'utf8')).toBe('hello')
    expect(filesIn(folder)).toEqual([expect.stringMatching(/^\.decant.records.[\da-f]{64}$/), join('a', 'b.txt')])
    await storage.delete('a/b.txt')
    expect(filesIn(folder)).toEqual([])
  })

  test('never writes through a planted symlink, and never overwrites', async () => {
    const folder = newFolder()
    const outside = newFolder()
    writeFileSync(join(outside, 'target'), 'precious')
    symlinkSync(join(outside, 'target'), join(folder, 'link'))
    symlinkSync(join(outside, 'nothing'), join(folder, 'dangling'))
    symlinkSync(outside, join(folder, 'out'))
    mkdirSync(join(folder, 'folder'))
    const storage = diskStorage(folder, { links })
    const sealed = await seal(storage, 'mine')
    for (const key of ['link', 'dangling', 'folder', 'out']) expect(await sealed.publish(key, RECORD)).toBeUndefined()
    await expect(sealed.publish('out/new', RECORD)).rejects.toMatchObject({ code: 'name-taken' })
    await expect(sealed.publish('link/new', RECORD)).rejects.toMatchObject({ code: 'name-taken' })
    expect(await sealed.publish('out_1', RECORD)).toBeDefined()
    expect(readdirSync(outside)).toEqual(['target'])
    expect(readFileSync(join(outside, 'target'), 'utf8')).toBe('precious')
    expect(lstatSync(join(folder, 'dangling')).isSymbolicLink()).toBe(true)
    expect(readdirSync(join(folder, 'folder'))).toEqual([])
  })

  test('leaves no draft and no descriptor behind, however a draft ends', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links })
    const drafts = Array.from({ length: 12 }, () => storage.createDraft())
    await Promise.all(
      drafts.map(async (draft, index) => {
        const waiting = draft.append(new Uint8Array(index * 200_000))
        if (index % 4 === 0) return draft.discard()
        if (index % 4 === 1) {
          const sealing = draft.seal()
          await Promise.all([draft.discard(), expect(sealing).rejects.toThrow(TypeError)])
          return undefined
        }
        await waiting
        const sealed = await draft.seal()
        for await (const chunk of sealed.stream()) {
          if (chunk.byteLength > 0) break
        }
        if (index % 4 === 2) return sealed.discard()
        const publishing = sealed.publish('same', RECORD)
        await sealed.discard()
        return publishing
      }),
    )
    expect(filesIn(folder)).toEqual([expect.stringContaining('records'), 'same'])
    if (onLinux) expect(openFilesIn(folder)).toEqual([])
  })

  test('still works after its whole folder was removed', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder, { links })
    await store(storage, 'before', 'before')
    rmSync(folder, { recursive: true })
    expect(await storage.list()).toEqual({ entries: [] })
    expect(await store(storage, 'a/after', 'after')).toBeDefined()
    expect(await read(storage, 'a/after')).toBe('after')
  })
})

describe('a disk storage', () => {
  test('makes no folder for readers', async () => {
    const folder = join(newFolder(), 'not', 'yet')
    const storage = diskStorage(folder)
    expect(await storage.list()).toEqual({ entries: [] })
    expect(await storage.stat('a')).toBeUndefined()
    expect(await storage.open('a')).toBeUndefined()
    expect(await storage.delete('a/b')).toBe(false)
    expect(await storage.sweep()).toBe(0)
    expect(await storage.freeSpace()).toBeGreaterThan(0)
    expect(existsSync(folder)).toBe(false)
  })

  test('hides drafts from other users, and gives stored files the `mode` of its options', async () => {
    const folder = newFolder()
    const umask = process.umask(0)
    try {
      const storage = diskStorage(folder, { mode: 0o640 })
      const draft = storage.createDraft()
      await draft.append(new Uint8Array(1))
      await draft.flush()
      const [path = ''] = filesIn(folder)
      expect(path).toContain(draft.id)
      expect(lstatSync(join(folder, path)).mode & 0o777).toBe(0o600)
      expect(lstatSync(join(folder, '.decant')).mode & 0o777).toBe(0o700)
      await (await draft.seal()).publish('file', RECORD)
      expect(lstatSync(join(folder, 'file')).mode & 0o777).toBe(0o640)
    } finally {
      process.umask(umask)
    }
  })

  test('treats files that were put there by hand as stored files', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'a'))
    writeFileSync(join(folder, 'a', 'by hand é.txt'), 'hello')
    const storage = diskStorage(folder)
    const entry = await storage.stat('a/by hand é.txt')
    expect(entry).toEqual({
      key: 'a/by hand é.txt',
      size: 5,
      storedAt: new Date(Math.floor(lstatSync(join(folder, 'a', 'by hand é.txt')).mtimeMs)),
      version: expect.stringMatching(/^[\da-z-]+$/),
    })
    expect((await storage.list()).entries).toEqual([entry])
    expect(await read(storage, 'a/by hand é.txt')).toBe('hello')
    expect(await storage.delete('a/by hand é.txt')).toBe(true)
  })

  test('does not list or open a hidden file, a symlink or anything but a file', { timeout: 10_000 }, async () => {
    const folder = newFolder()
    const outside = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'dir/real', 'real')
    writeFileSync(join(outside, 'secret'), 'secret')
    writeFileSync(join(folder, '.env'), 'secret')
    symlinkSync(join(outside, 'secret'), join(folder, 'link'))
    symlinkSync(outside, join(folder, 'dirlink'))
    symlinkSync(join(folder, 'dir'), join(folder, 'inside'))
    symlinkSync('loop', join(folder, 'loop'))
    for (const name of ['0', '1', '2']) symlinkSync('fifo', join(folder, name))
    execFileSync('mkfifo', [join(folder, 'fifo')])
    const server = createServer().listen(join(folder, 'socket'))
    const hidden = ['.env', 'link', 'dirlink/secret', 'inside/real', 'loop', 'fifo', 'socket', 'dir', 'dir/real/x']
    for (const key of hidden) {
      expect(await storage.stat(key), key).toBeUndefined()
      expect(await storage.open(key), key).toBeUndefined()
      expect(await storage.delete(key), key).toBe(false)
    }
    for (const order of ['name', 'newest'] as const) {
      expect((await storage.list({ order, limit: 1 })).entries.map(({ key }) => key)).toEqual(['dir/real'])
    }
    expect(await storage.list({ folder: 'dirlink' })).toEqual({ entries: [] })
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret')
    if (onLinux) expect(openFilesIn(folder)).toEqual([])
    server.close()
  })

  test('orders by modification time, and files of the same time by key', async () => {
    const folder = newFolder()
    const time = new Date('2024-01-01T00:00:00.500Z')
    for (const [name, seconds] of Object.entries({ b: 0, a: 0, old: -10, new: 10 })) {
      writeFileSync(join(folder, name), '')
      utimesSync(join(folder, name), time, new Date(time.getTime() + seconds * 1000))
    }
    const { entries } = await diskStorage(folder).list({ order: 'newest' })
    expect(entries.map(({ key }) => key)).toEqual(['new', 'a', 'b', 'old'])
    expect(entries[1]?.storedAt).toEqual(time)
  })

  test('has another version, and no record, for a file that was changed by hand', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    const before = await store(storage, 'file', 'one')
    writeFileSync(join(folder, 'file'), 'two')
    utimesSync(join(folder, 'file'), new Date(), new Date(Date.now() + 5000))
    const after = await storage.stat('file')
    expect(after?.version).not.toBe(before?.version)
    expect(after?.record).toBeUndefined()
  })

  test('serves a file without its record if the record is broken or gone', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    const { record, ...bare } = (await store(storage, 'file', 'one')) ?? {}
    expect(record).toEqual(RECORD)
    const [path = ''] = filesIn(folder)
    const valid = readFileSync(join(folder, path), 'utf8')
    for (const broken of [
      '',
      '{',
      'null',
      '[]',
      valid.replace('"size":"3"', '"size":"4"'),
      valid.replace('Cat.TXT', '\0'),
      valid.replace('"name"', '"nome"'),
    ]) {
      writeFileSync(join(folder, path), broken)
      expect(await storage.stat('file')).toEqual(bare)
    }
    writeFileSync(join(folder, path), valid)
    expect(await storage.stat('file')).toEqual({ ...bare, record })
    rmSync(join(folder, '.decant'), { recursive: true })
    expect(await storage.stat('file')).toEqual(bare)
    expect(await storage.delete('file')).toBe(true)
  })

  test('rejects a read if the file became shorter, and closes the file', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    writeFileSync(join(folder, 'file'), new Uint8Array(1_000_000))
    const file = await storage.open('file')
    truncateSync(join(folder, 'file'), 700_000)
    let size = 0
    const reading = (async () => {
      for await (const chunk of file?.stream() ?? []) size += chunk.byteLength
    })()
    await expect(reading).rejects.toMatchObject({ code: 'storage-failed' })
    expect(size).toBeLessThanOrEqual(700_000)
    if (onLinux) expect(openFilesIn(folder)).toEqual([])
  })

  test.runIf(onLinux)('closes a stored file at its end, when left early, and when never read', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    writeFileSync(join(folder, 'file'), new Uint8Array(1_000_000))
    const openFile = async () => {
      const file = await storage.open('file')
      if (file === undefined) throw new Error('There is no file.')
      expect(openFilesIn(folder)).toHaveLength(1)
      return file
    }
    await (await openFile()).close()
    expect(openFilesIn(folder)).toEqual([])
    const unread = await openFile()
    await unread.stream()[Symbol.asyncIterator]().return?.()
    expect(openFilesIn(folder)).toEqual([])
    for await (const chunk of (await openFile()).stream()) {
      expect(chunk.byteLength).toBeGreaterThan(0)
      break
    }
    expect(openFilesIn(folder)).toEqual([])
    const iterator = (await openFile()).stream(0, 10)[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toHaveLength(10)
    expect(openFilesIn(folder)).toEqual([])
    const file = await openFile()
    file.stream()
    await file.close()
    expect(openFilesIn(folder)).toEqual([])
    expect(() => file.stream()).toThrow(TypeError)
  })

  test('keeps a draft until it expires, even if it does not change, and nothing of it after its end', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    const drafts = [1, 2].map(() => storage.createDraft({ expiresAt: new Date(Date.now() + 3_600_000) }))
    await Promise.all(drafts.map((draft) => draft.flush()))
    const longAgo = new Date('2000-01-01')
    for (const path of filesIn(folder)) utimesSync(join(folder, path), longAgo, longAgo)
    utimesSync(join(folder, '.decant', 'drafts', 'expiring'), longAgo, longAgo)
    expect(filesIn(folder)).toHaveLength(4)
    expect(await storage.sweep()).toBe(0)
    expect(filesIn(folder)).toHaveLength(4)
    const [published, discarded] = drafts
    await (await published?.seal())?.publish('file', RECORD)
    await discarded?.discard()
    expect(filesIn(folder)).toEqual([expect.stringContaining('records'), 'file'])
  })

  test('refuses a private folder that a later version made', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, '.decant'), 0o700)
    writeFileSync(join(folder, '.decant', 'format'), '3\n')
    const storage = diskStorage(folder)
    const draft = storage.createDraft()
    await expect(draft.flush()).rejects.toThrow(/format "3".*formats up to 2/)
    await expect(draft.seal()).rejects.toThrow(TypeError)
    await draft.discard()
    await expect(storage.sweep()).rejects.toThrow(TypeError)
    expect(filesIn(folder)).toEqual([])
    writeFileSync(join(folder, '.decant', 'format'), '1\n')
    expect(await store(storage, 'file', 'one')).toBeDefined()
  })

  test('refuses a private folder that is a symlink', async () => {
    const folder = newFolder()
    const outside = newFolder()
    symlinkSync(outside, join(folder, '.decant'))
    await expect(diskStorage(folder).createDraft().seal()).rejects.toThrow(TypeError)
    expect(readdirSync(outside)).toEqual([])
  })

  test('rejects every call on a folder that cannot be used, without an unhandled rejection', async () => {
    const file = join(newFolder(), 'file')
    writeFileSync(file, '')
    const unhandled: unknown[] = []
    const note = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', note)
    const storage = diskStorage(join(file, 'folder'), { highWaterMark: 10 })
    const failed = { code: 'storage-failed', message: expect.not.stringContaining(base) }
    const draft = storage.createDraft()
    void draft.append(new Uint8Array(100))
    await expect(draft.flush()).rejects.toMatchObject(failed)
    await expect(draft.append(new Uint8Array(1))).rejects.toMatchObject(failed)
    void draft.append(new Uint8Array(1))
    await expect(draft.truncate(0)).rejects.toMatchObject(failed)
    await expect(draft.seal()).rejects.toMatchObject(failed)
    await expect(draft.seal()).rejects.toMatchObject(failed)
    await draft.discard()
    storage.createDraft()
    const ignored = storage.createDraft()
    void ignored.append(new Uint8Array(100))
    await ignored.discard()
    await storage
      .createDraft()
      .flush()
      .catch(() => {})
    await new Promise(setImmediate)
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  test('never publishes under the name of a folder, or below a file', async () => {
    const folder = newFolder()
    const storage = diskStorage(folder)
    await store(storage, 'a', 'file')
    const sealed = await seal(storage, 'below')
    await expect(sealed.publish('a/b', RECORD)).rejects.toMatchObject({ code: 'name-taken', details: { folder: 'a' } })
    await store(storage, 'c/d', 'file')
    expect(await sealed.publish('c', RECORD)).toBeUndefined()
    expect(await sealed.publish('c_1', RECORD)).toBeDefined()
  })

  test.runIf(onLinux)('rejects a folder to which not even root may write', async () => {
    await expect(diskStorage('/sys/decant').createDraft().seal()).rejects.toMatchObject({ code: 'storage-failed' })
  })
})
