import type { UploadError } from '../../errors/upload-error.ts'
import type { FileRecord, StorageEntry } from '../storage.ts'
import type { ByteChunks } from './byte-chunks.ts'

interface ShelvedFile {
  readonly entry: StorageEntry
  readonly bytes: ByteChunks
}

/** What can be made to fail when its time is over. */
interface Perishable {
  fail(reason: UploadError): void
}

/** What the drafts of a memory storage share: the stored files, and the room that is left. */
export class MemoryShelf {
  readonly files: Map<string, ShelvedFile> = new Map()
  /** Drafts with a time of their own, and that time. */
  readonly expiring: Map<Perishable, Date> = new Map()
  /** Versions of two runs of a program differ, too. */
  readonly #run = crypto.randomUUID().slice(0, 8)
  #versions = 0
  #free: number

  constructor(maxSize: number) {
    this.#free = maxSize
  }

  get free(): number {
    return this.#free
  }

  /** Takes room for `size` bytes; false where there is not enough. */
  take(size: number): boolean {
    if (size > this.#free) return false
    this.#free -= size
    return true
  }

  give(size: number): void {
    this.#free += size
  }

  /** `undefined` when the key is taken. */
  put(key: string, bytes: ByteChunks, { name, type, digest }: FileRecord): StorageEntry | undefined {
    if (this.files.has(key)) return undefined
    const record = digest === undefined ? { name, type } : { name, type, digest }
    const version = `${this.#run}-${(++this.#versions).toString(36)}`
    const entry = { key, size: bytes.size, storedAt: new Date(), version, record }
    this.files.set(key, { entry, bytes })
    return entry
  }
}
