import { checkByteRange } from '../byte-range.ts'
import type { OpenFile, StorageEntry } from '../storage.ts'

/** A file whose bytes are in memory. */
export class FileInMemory implements OpenFile {
  readonly entry: StorageEntry
  #content: Uint8Array | undefined

  /** @param content the whole content; readers only get copies of it */
  constructor(entry: StorageEntry, content: Uint8Array) {
    this.entry = entry
    this.#content = content
  }

  bytes(start: number, end: number): Uint8Array {
    const content = this.#content
    if (content === undefined) throw new TypeError('The file was read or closed already.')
    checkByteRange(start, end, this.entry.size)
    this.#content = undefined
    // If the caller writes to the copy or transfers it, the next client still gets the file.
    return content.slice(start, end)
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
