import { closedUpload } from './closed-upload.ts'
import { GrowingBytes } from './growing-bytes.ts'
import type { SaveFileOptions, Spool, SpooledFile, SpoolOptions } from './spool.ts'

/** A spool for a runtime without files: everything stays in memory, bounded by the limits of the form. */
export function createSpool(_options: SpoolOptions): Spool {
  const files: MemoryFile[] = []
  return {
    openFile() {
      const file = new MemoryFile()
      files.push(file)
      return file
    },
    async dispose() {
      for (const file of files) file.forget()
    },
  }
}

class MemoryFile implements SpooledFile {
  #bytes: GrowingBytes | undefined = new GrowingBytes(Infinity)
  #size = 0

  get size(): number {
    return this.#size
  }

  append(bytes: Uint8Array): undefined {
    this.#bytes?.append(bytes)
    this.#size += bytes.length
  }

  finish(): undefined {}

  async *stream(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#bytes === undefined) throw closedUpload()
    yield* this.#bytes.chunks()
  }

  forget(): void {
    this.#bytes = undefined
  }
}

/** @throws {TypeError} always: there is no file system here. */
export async function saveFile(
  _path: string,
  _source: AsyncIterable<Uint8Array>,
  _options: SaveFileOptions,
): Promise<void> {
  throw new TypeError('save() needs a file system, and this runtime has none. Give the file to an upload set instead.')
}
