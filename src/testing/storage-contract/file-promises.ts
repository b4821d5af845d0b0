import { deepEqual, equal, notEqual, ok, rejects, throws } from 'node:assert/strict'
import { isUploadError } from '../../errors/upload-error.ts'
import { collect } from '../collect.ts'
import { join, keys, NO_RANGES, randomBytes, RANGES, read, readOften, RECORD, seal, store, text } from './steps.ts'
import type { Promises } from './steps.ts'

/** These must never lead anywhere. */
const UNSAFE_KEYS = [
  '',
  '.',
  '..',
  '/',
  '../secret',
  'a/../../secret',
  'a/./b',
  'a//b',
  '/etc/hostname',
  'a/',
  'a\\..\\b',
  'a\0b',
  'a\nb',
  '.decant/format',
  '.hidden',
  'a/.hidden',
  'n'.repeat(256),
] as const

/** Promises about published files. */
export const FILE_PROMISES: Promises = {
  'gives back every byte, whatever the size': async (storage) => {
    for (const size of [0, 1, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1]) {
      const bytes = randomBytes(size)
      const entry = await store(storage, `file-${size}`, bytes)
      equal(entry?.size, size)
      deepEqual(await read(storage, `file-${size}`), bytes)
    }
  },

  'gives back every byte, however they were cut': async (storage) => {
    const bytes = randomBytes(5_000_000)
    const draft = storage.createDraft({ expectedSize: bytes.byteLength })
    for (let start = 0, step = 1; start < bytes.byteLength; step = (step * 7 + 3) % 99_991) {
      await draft.append(bytes.subarray(start, start + step))
      start += step
    }
    equal(draft.size, bytes.byteLength)
    await (await draft.seal()).publish('odd', RECORD)
    deepEqual(await read(storage, 'odd'), bytes)
  },

  'never overwrites, and the loser can take another key': async (storage) => {
    const first = randomBytes(1000)
    const second = randomBytes(2000)
    notEqual(await store(storage, 'cat.jpg', first), undefined)
    const sealed = await seal(storage, second)
    equal(await sealed.publish('cat.jpg', RECORD), undefined)
    deepEqual(await read(storage, 'cat.jpg'), first)
    equal((await sealed.publish('cat_1.jpg', RECORD))?.key, 'cat_1.jpg')
    deepEqual(await read(storage, 'cat_1.jpg'), second)
    deepEqual(await read(storage, 'cat.jpg'), first)
  },

  'has exactly one winner when twenty publish one key at once': async (storage) => {
    const drafts = await Promise.all(Array.from({ length: 20 }, (_, index) => seal(storage, randomBytes(100 + index))))
    const entries = await Promise.all(drafts.map((sealed) => sealed.publish('race', RECORD)))
    const [winner, ...others] = entries.filter((entry) => entry !== undefined)
    deepEqual(others, [])
    equal((await read(storage, 'race')).byteLength, winner?.size)
    await Promise.all(drafts.map((sealed) => sealed.discard()))
    deepEqual(await keys(storage), ['race'])
  },

  'keeps twenty files that look for a free key at once': async (storage) => {
    const contents = Array.from({ length: 20 }, (_, index) => randomBytes(100 + index))
    await Promise.all(
      contents.map(async (bytes) => {
        const sealed = await seal(storage, bytes)
        for (let number = 0; (await sealed.publish(`same_${number}`, RECORD)) === undefined;) number++
      }),
    )
    const sizes = (await storage.list()).entries.map(({ size }) => size)
    deepEqual(
      sizes.toSorted((a, b) => a - b),
      contents.map(({ byteLength }) => byteLength),
    )
  },

  'tells the same of a file however it is asked': async (storage) => {
    const before = Date.now()
    const published = await store(storage, 'a/b/c.txt', randomBytes(10))
    equal(published?.key, 'a/b/c.txt')
    equal(published?.size, 10)
    deepEqual(published?.record, RECORD)
    ok(/^[!#-~]+$/.test(published.version), published.version)
    // A minute either way for clocks that differ.
    ok(Math.abs(published.storedAt.getTime() - before) < 60_000)
    deepEqual(await storage.stat('a/b/c.txt'), published)
    deepEqual((await storage.list()).entries, [published])
    const file = await storage.open('a/b/c.txt')
    deepEqual(file?.entry, published)
    await file?.close()
  },

  'reads any range of a stored file': async (storage) => {
    const bytes = randomBytes(600_000)
    await store(storage, 'ranges', bytes)
    for (const [start, end] of RANGES) {
      const file = await storage.open('ranges')
      deepEqual(file && (await collect(file.stream(start, end))), bytes.slice(start, end))
      await file?.close()
    }
    const file = await storage.open('ranges')
    for (const [start, end] of NO_RANGES) throws(() => file?.stream(start, end), TypeError)
    await file?.close()
    await file?.close()
  },

  'gives chunks that stay as they are': async (storage) => {
    const bytes = randomBytes(1_500_000)
    await store(storage, 'chunks', bytes)
    const file = await storage.open('chunks')
    const chunks: Uint8Array[] = []
    for await (const chunk of file?.stream() ?? []) chunks.push(chunk)
    deepEqual(join(chunks), bytes)
  },

  'gives each reader bytes that it may change': async (storage) => {
    const bytes = randomBytes(10_000)
    await store(storage, 'shared', bytes)
    // Several times, since a storage may answer frequent requests from memory.
    for (let time = 0; time < 5; time += 1) {
      const file = await storage.open('shared')
      const atOnce = file?.bytes?.(0, bytes.byteLength)
      const chunks: Uint8Array[] = atOnce === undefined ? [] : [atOnce]
      if (atOnce === undefined) for await (const chunk of file?.stream() ?? []) chunks.push(chunk)
      deepEqual(join(chunks), bytes)
      for (const chunk of chunks) chunk.fill(0)
    }
  },

  'can be stopped in the middle of a file': async (storage) => {
    await store(storage, 'long', randomBytes(1_500_000))
    const file = await storage.open('long')
    for await (const chunk of file?.stream() ?? []) {
      ok(chunk.byteLength > 0)
      break
    }
    equal((await read(storage, 'long')).byteLength, 1_500_000)
  },

  'is empty at first, and finds nothing': async (storage) => {
    deepEqual(await storage.list(), { entries: [] })
    deepEqual(await storage.list({ order: 'newest' }), { entries: [] })
    equal(await storage.stat('none'), undefined)
    equal(await storage.open('none'), undefined)
    equal(await storage.delete('none'), false)
    equal(await storage.sweep(), 0)
  },

  'says that a key is taken while a file or a folder has it, if the storage can say so': async (storage) => {
    if (storage.isTaken === undefined) return
    await store(storage, 'folder/file', text('file'))
    equal(await storage.isTaken('folder/file'), true)
    equal(await storage.isTaken('folder/other'), false)
    equal(await storage.isTaken('other/file'), false)
    // A storage without folders has no folder in the way.
    equal(await storage.isTaken('folder'), (await (await seal(storage, text('a'))).publish('folder')) === undefined)
  },

  'keeps a file that has the name of a folder, and refuses a key below it if it has folders': async (storage) => {
    await store(storage, 'a/file', text('file'))
    const sealed = await seal(storage, text('below'))
    const outcome = await sealed.publish('a/file/b/c', RECORD).catch((error: unknown) => error)
    // A storage without folders has both.
    if (isUploadError(outcome)) {
      deepEqual([outcome.code, outcome.details], ['name-taken', { key: 'a/file/b/c', folder: 'a/file' }])
      notEqual(await sealed.publish('a/other/b/c', RECORD), undefined)
    } else notEqual(outcome, undefined)
    deepEqual(await read(storage, 'a/file'), text('file'))
  },

  'takes no unsafe key for a file': async (storage) => {
    await store(storage, 'a/b', text('a'))
    const sealed = await seal(storage, text('unsafe'))
    for (const key of UNSAFE_KEYS) {
      equal(await storage.stat(key), undefined, key)
      if (storage.isTaken !== undefined) equal(await storage.isTaken(key), false, key)
      equal(await storage.open(key), undefined, key)
      equal(await storage.delete(key), false, key)
      await rejects(sealed.publish(key, RECORD), TypeError, key)
      if (storage.path !== undefined) throws(() => storage.path?.(key), TypeError, key)
    }
    notEqual(await sealed.publish('safe', RECORD), undefined)
    deepEqual(await keys(storage), ['a/b', 'safe'])
  },

  'does not take a folder for a file': async (storage) => {
    await store(storage, 'folder/file', text('file'))
    equal(await storage.stat('folder'), undefined)
    equal(await storage.open('folder'), undefined)
    equal(await storage.delete('folder'), false)
    equal(await storage.stat('folder/file/below'), undefined)
    equal(await storage.open('folder/file/below'), undefined)
    equal(await storage.delete('folder/file/below'), false)
    deepEqual(await keys(storage), ['folder/file'])
  },

  'deletes a file, and finds nothing of it afterwards': async (storage) => {
    await store(storage, 'folder/gone', randomBytes(10))
    await store(storage, 'folder/here', randomBytes(10))
    equal(await storage.delete('folder/gone'), true)
    equal(await storage.delete('folder/gone'), false)
    equal(await storage.stat('folder/gone'), undefined)
    equal(await storage.open('folder/gone'), undefined)
    deepEqual(await keys(storage), ['folder/here'])
  },

  'opens no file that was deleted, however often it was read before': async (storage) => {
    await store(storage, 'gone', randomBytes(1000))
    await readOften(storage, 'gone')
    equal(await storage.delete('gone'), true)
    equal(await storage.open('gone'), undefined)
  },

  'deletes a file only if it has the version that is named': async (storage) => {
    const { version = '' } = (await store(storage, 'key', randomBytes(10))) ?? {}
    const entry = await storage.stat('key')
    equal(await storage.delete('key', { version: `${version}0` }), false)
    deepEqual(await storage.stat('key'), entry)
    equal(await storage.delete('key', { version }), true)
    equal(await storage.delete('key', { version }), false)
    equal(await storage.stat('key'), undefined)
    equal(await storage.delete('none', { version }), false)
  },

  'never gives other bytes for an open file, also if it is deleted': async (storage) => {
    const bytes = randomBytes(600_000)
    await store(storage, 'open', bytes)
    const file = await storage.open('open')
    await storage.delete('open')
    try {
      deepEqual(file && (await collect(file.stream())), bytes)
    } catch (error) {
      // The medium may be unable to keep a deleted file open.
      if (!isUploadError(error) || error.code !== 'storage-failed') throw error
    }
  },
}
