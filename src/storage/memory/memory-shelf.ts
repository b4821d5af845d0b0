import type { UploadError } from '../../errors/upload-error.ts'
import type { SealedDraft } from '../draft.ts'
import type { FileRecord, StorageEntry } from '../storage.ts'
import type { ByteChunks } from './byte-chunks.ts'

interface ShelvedFile {
  readonly entry: StorageEntry
  readonly bytes: ByteChunks
}

/** A draft that can be made to fail when its time is over. */
interface Perishable {
  fail(reason: UploadError): void
}

/** A draft that was set aside. */
interface KeptDraft {
  /** Gives the draft back to a request. */
  readonly claim: () => SealedDraft
  readonly expiresAt: Date
  readonly note: string
}

/** A draft with a key that is promised to it. */
export interface ReservedFile {
  readonly entry: StorageEntry
  publish(): void
  /** Gives the key back. */
  release(): void
}

/** The state that the drafts of a memory storage share: the stored files, and the room that is left. */
export class MemoryShelf {
  readonly files: Map<string, ShelvedFile> = new Map()
  /** Drafts that expire, and when each of them does. */
  readonly expiring: Map<Perishable, Date> = new Map()
  /** Drafts that were set aside, by their ids. */
  readonly kept: Map<string, KeptDraft> = new Map()
  /** Keys that are promised. */
  readonly reserved: Set<string> = new Set()
  /**
   * A function for each sealed draft that promises it a key. It returns `undefined` if the key is taken or promised
   * already.
   */
  readonly sealed: WeakMap<SealedDraft, (key: string, record: FileRecord | undefined) => ReservedFile | undefined> =
    new WeakMap()
  /** Bytes that have more than one holder, and how many more. */
  readonly #shared = new Map<ByteChunks, number>()
  /** A part of every version, so that versions of two runs of a program differ. */
  #run: string | undefined
  #versions = 0
  #free: number

  constructor(maxSize: number) {
    this.#free = maxSize
  }

  get free(): number {
    return this.#free
  }

  /** Takes room for `size` bytes. False if there is not enough. */
  take(size: number): boolean {
    if (size > this.#free) return false
    this.#free -= size
    return true
  }

  give(size: number): void {
    this.#free += size
  }

  /** Gives the bytes one more holder. They count once, until the last one lets go of them. */
  share(bytes: ByteChunks): void {
    this.#shared.set(bytes, (this.#shared.get(bytes) ?? 0) + 1)
  }

  /** Frees the room of bytes, unless they have another holder. */
  letGo(bytes: ByteChunks): void {
    const others = this.#shared.get(bytes)
    if (others === undefined) this.give(bytes.size)
    else if (others === 1) this.#shared.delete(bytes)
    else this.#shared.set(bytes, others - 1)
  }

  /** Publishes a file. `undefined` if the key is taken or promised. */
  put(key: string, bytes: ByteChunks, record: FileRecord | undefined): StorageEntry | undefined {
    if (this.#isTaken(key)) return undefined
    const entry = this.#toEntry(key, bytes.size, record)
    this.files.set(key, { entry, bytes })
    return entry
  }

  /** Promises a key. `undefined` if it is taken or promised already. */
  reserve(key: string, size: number, record: FileRecord | undefined): StorageEntry | undefined {
    if (this.#isTaken(key)) return undefined
    this.reserved.add(key)
    return this.#toEntry(key, size, record)
  }

  /** Publishes a file under the key that was promised to it. */
  putReserved(entry: StorageEntry, bytes: ByteChunks): void {
    this.reserved.delete(entry.key)
    this.files.set(entry.key, { entry, bytes })
  }

  /** Deletes the file of a key if it has this version. Without a version, deletes any file. */
  delete(key: string, version: string | undefined): boolean {
    const file = this.files.get(key)
    if (file === undefined || (version !== undefined && file.entry.version !== version)) return false
    this.letGo(file.bytes)
    return this.files.delete(key)
  }

  #isTaken(key: string): boolean {
    return this.files.has(key) || this.reserved.has(key)
  }

  #toEntry(key: string, size: number, record: FileRecord | undefined): StorageEntry {
    // Not in the constructor: a Worker makes its storage before the first request, and has no random bytes until then.
    this.#run ??= crypto.randomUUID().slice(0, 8)
    const version = `${this.#run}-${(++this.#versions).toString(36)}`
    return { key, size, storedAt: new Date(), version, ...(record !== undefined && { record: copyOf(record) }) }
  }
}

function copyOf({ filename, type, digest }: FileRecord): FileRecord {
  return digest === undefined ? { filename, type } : { filename, type, digest }
}
