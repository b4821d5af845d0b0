import { closeSync, existsSync, fstatSync, lstatSync, openSync, readSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { checkByteRange } from '../byte-range.ts'
import type { OpenFile, StorageEntry } from '../storage.ts'
import { KeptContents } from './kept-contents.ts'
import { READ_ONLY } from './open-disk-file.ts'
import { isSettled } from './settled-file.ts'
import { DiskPatience } from '../../file/disk-patience.ts'
import { FileRange } from '../../file/file-range.ts'
import { toStorageError } from '../../file/storage-error.ts'

/** Bytes of the largest file that is kept in mind: what is sent in one go. */
const MAX_SIZE = 64 * 1024

/** Files that are kept in mind at most, some hundred bytes for each. */
const MAX_FILES = 1000

/** Milliseconds for which the kernel is trusted to have what it has just read. */
const WARM_MS = 10_000

/** Bytes of all contents that are kept in memory. */
const MAX_KEPT = 8 * 1024 * 1024

/** Milliseconds after which the record of a kept file is looked for again. */
const RECORD_MS = 100

/** What is known of a file that was read a moment ago. */
interface WarmFile {
  readonly path: string
  readonly recordPath: string
  readonly entry: StorageEntry
  readonly stats: BigIntStats
  /** Bytes. */
  readonly size: number
  /** When its bytes were last read; milliseconds, as the next one. */
  readAt: number
  /** When it last had no record. */
  recordMissingAt: number
}

/**
 * Small files that the thread pool has read a moment ago, so that the kernel has them in memory. To read such a file again
 * takes microseconds, and to ask the thread pool for it ten times as long: it is read at once, while everybody waits.
 *
 * So that nobody waits for a disk: the first to ask for a file always asks the thread pool; so does whoever asks after ten
 * seconds of silence, for a large file, or on a file system that may be a network's. And where the kernel had to ask the
 * disk all the same, and took long again and again, everybody asks the thread pool for a while (`DiskPatience`).
 *
 * What is remembered is looked at again each time: the file that is there now has to be the very one of then, unchanged. Where
 * any change would show in what lstat(2) tells (`isSettled`), its bytes stay in memory until they are ten seconds old, and need
 * not be read again. What a program writes into a mapped file shows in no time of it, and is seen when those are over.
 */
export class WarmFiles {
  readonly #root: string
  readonly #files = new Map<string, WarmFile>()
  readonly #contents = new KeptContents<WarmFile>(MAX_KEPT)
  readonly #patience = new DiskPatience()
  /** The device that holds the folder; files on another one are no concern of the patience. */
  #device: Promise<bigint | undefined> | undefined

  /** @param root the folder of the stored files, absolute */
  constructor(root: string) {
    this.#root = root
  }

  /** A file was read to its end by the thread pool. */
  async remember(entry: StorageEntry, stats: BigIntStats, recordPath: string): Promise<void> {
    // A folder on the way would have to be looked at each time, and whether it is a symlink.
    if (entry.size > MAX_SIZE || entry.size === 0 || entry.key.includes('/')) return
    this.#device ??= this.#look()
    if ((await this.#device) !== stats.dev) return
    const path = join(this.#root, entry.key)
    const times = { readAt: performance.now(), recordMissingAt: -Infinity }
    this.#forget(entry.key)
    this.#files.set(entry.key, { path, recordPath, entry, stats, size: entry.size, ...times })
    for (const [oldest] of this.#files) {
      if (this.#files.size <= MAX_FILES) break
      this.#forget(oldest)
    }
  }

  /** Opens a file that was read a moment ago; `undefined` where the thread pool has to be asked. */
  open(key: string): OpenFile | undefined {
    const known = this.#files.get(key)
    if (known === undefined) return undefined
    if (!this.#patience.lasts) return undefined
    const start = performance.now()
    const file = start - known.readAt < WARM_MS ? this.#open(known, start) : undefined
    this.heed(start)
    if (file === undefined) this.#forget(key)
    return file
  }

  /** The whole content has been read, when nothing had changed since it was remembered. */
  keep(known: WarmFile, content: Uint8Array): void {
    if (this.#files.get(known.entry.key) === known) this.#contents.keep(known, content)
  }

  /** As `DiskPatience.heed`. */
  heed(start: number): void {
    this.#patience.heed(start)
  }

  #open(known: WarmFile, now: number): OpenFile | undefined {
    const content = this.#contents.of(known)
    if (content !== undefined) return isSame(known, now) ? new FileInMemory(known.entry, content) : undefined
    // Before anything is read: what changes from here on has a later time.
    const mayKeep = isSettled(known.stats, Date.now())
    const file = openSame(known)
    return file === undefined ? undefined : new OpenWarmFile(known, file, mayKeep, this)
  }

  #forget(key: string): void {
    const known = this.#files.get(key)
    if (known === undefined) return
    this.#files.delete(key)
    this.#contents.forget(known)
  }

  async #look(): Promise<bigint | undefined> {
    await this.#patience.look(this.#root)
    try {
      return (await stat(this.#root, { bigint: true })).dev
    } catch {
      // ENOENT, EACCES: nothing is known of it.
      return undefined
    }
  }
}

/** A descriptor of the file if it is the one that was read, unchanged, and has no more of a record than it had. */
function openSame({ path, recordPath, entry, stats }: WarmFile): number | undefined {
  let file
  try {
    file = openSync(path, READ_ONLY)
    // A record may come after its file; one that is there tells of a file that never changes.
    if (
      isUnchanged(fstatSync(file, { bigint: true }), stats) &&
      (entry.record !== undefined || !existsSync(recordPath))
    )
      return file
  } catch {
    // ENOENT, ELOOP, EMFILE, ...: whatever it is, it is told by those who ask the thread pool.
  }
  if (file !== undefined) closeSync(file)
  return undefined
}

const LOOK = { bigint: true, throwIfNoEntry: false } as const

/** Whether the file is the one that was read, unchanged, and has no more of a record than it had a moment ago. */
function isSame(known: WarmFile, now: number): boolean {
  const { path, recordPath, entry, stats } = known
  try {
    const present = lstatSync(path, LOOK)
    if (present === undefined || !isUnchanged(present, stats)) return false
  } catch {
    // EACCES, ENOTDIR, EIO, ...: whatever it is, it is told by those who ask the thread pool.
    return false
  }
  // A record comes with its file, which is settled by now, or by somebody's hand.
  if (entry.record !== undefined || now - known.recordMissingAt < RECORD_MS) return true
  known.recordMissingAt = now
  return !existsSync(recordPath)
}

function isUnchanged(now: BigIntStats, then: BigIntStats): boolean {
  return (
    now.ino === then.ino &&
    now.dev === then.dev &&
    now.size === then.size &&
    now.mtimeNs === then.mtimeNs &&
    now.ctimeNs === then.ctimeNs
  )
}

/** A file whose bytes are in memory. */
class FileInMemory implements OpenFile {
  readonly entry: StorageEntry
  #content: Uint8Array | undefined

  constructor(entry: StorageEntry, content: Uint8Array) {
    this.entry = entry
    this.#content = content
  }

  bytes(start: number, end: number): Uint8Array {
    const content = this.#content
    if (content === undefined) throw new TypeError('The file was read or closed already.')
    checkByteRange(start, end, this.entry.size)
    this.#content = undefined
    return copyOf(content.subarray(start, end))
  }

  stream(start: number = 0, end: number = this.entry.size): AsyncIterable<Uint8Array> {
    return inOneChunk(this.bytes(start, end))
  }

  async close(): Promise<void> {
    this.#content = undefined
  }
}

async function* inOneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes
}

/**
 * A copy in memory that nothing else uses. If the caller writes to it or transfers it, the next client still gets the
 * file.
 */
function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}

/** A warm file, open. */
class OpenWarmFile implements OpenFile {
  readonly entry: StorageEntry
  readonly #known: WarmFile
  readonly #mayKeep: boolean
  readonly #warmFiles: WarmFiles
  #file: number | undefined

  constructor(known: WarmFile, file: number, mayKeep: boolean, warmFiles: WarmFiles) {
    this.entry = known.entry
    this.#known = known
    this.#mayKeep = mayKeep
    this.#warmFiles = warmFiles
    this.#file = file
  }

  bytes(start: number, end: number): Uint8Array {
    const file = this.#take(start, end)
    const begin = performance.now()
    try {
      const isKept = this.#mayKeep && end - start === this.entry.size
      // Not from Node's pool, through which the caller would reach the memory of others.
      const bytes = Buffer.allocUnsafeSlow(end - start)
      let length = 0
      while (length < bytes.length) {
        const count = readSync(file, bytes, length, bytes.length - length, start + length)
        if (count === 0) throw new Error(`The file ended at byte ${start + length} of ${end}.`)
        length += count
      }
      this.#known.readAt = begin
      if (isKept) this.#warmFiles.keep(this.#known, copyOf(bytes))
      return bytes
    } catch (error) {
      throw toStorageError(error)
    } finally {
      closeSync(file)
      this.#warmFiles.heed(begin)
    }
  }

  stream(start: number = 0, end: number = this.entry.size): AsyncIterable<Uint8Array> {
    return new FileRange(this.#take(start, end), start, end)
  }

  async close(): Promise<void> {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #take(start: number, end: number): number {
    const file = this.#file
    if (file === undefined) throw new TypeError('The file was read or closed already.')
    checkByteRange(start, end, this.entry.size)
    this.#file = undefined
    return file
  }
}
