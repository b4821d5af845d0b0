import type { LocationHeaders, OpenFile, StorageEntry } from '../storage/storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'

/** A stored file, open: read `stream` to the end or call `close`. */
export interface OpenStoredFile extends OpenFile {
  readonly file: StoredFile
}

/** An open file of a set. Reading `file` makes the stored file. Downloads never read it. */
export class OpenSetFile implements OpenStoredFile {
  readonly #open: OpenFile
  readonly #toStoredFile: (entry: StorageEntry) => StoredFile
  readonly location?: (headers: LocationHeaders) => Promise<string>
  #file: StoredFile | undefined

  constructor(open: OpenFile, toStoredFile: (entry: StorageEntry) => StoredFile) {
    this.#open = open
    this.#toStoredFile = toStoredFile
    if (open.location !== undefined) this.location = open.location.bind(open)
  }

  get entry(): StorageEntry {
    return this.#open.entry
  }

  get file(): StoredFile {
    this.#file ??= this.#toStoredFile(this.entry)
    return this.#file
  }

  stream(start?: number, end?: number): AsyncIterable<Uint8Array> {
    return this.#open.stream(start, end)
  }

  bytes(start: number, end: number): Uint8Array | undefined {
    return this.#open.bytes?.(start, end)
  }

  close(): Promise<void> {
    return this.#open.close()
  }
}
