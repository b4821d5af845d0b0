import { tmpdir } from 'node:os'
import { closedUpload } from './closed-upload.ts'
import { GrowingBytes } from './growing-bytes.ts'
import type { Spool, SpoolOptions } from './spool.ts'
import { TemporaryFile } from './temporary-file.ts'

export { saveFile } from './save-file.ts'

/** Closes the files of spools that nobody disposed of. */
const forgotten = new FinalizationRegistry<TemporaryFile>((file) => void file.dispose())

/** A spool that moves from memory to a temporary file when it grows. */
export function createSpool(options: SpoolOptions): Spool {
  return new FileSpool(options)
}

class FileSpool implements Spool {
  readonly #options: SpoolOptions
  #memory: GrowingBytes
  #file: TemporaryFile | undefined
  #size = 0
  #closed = false

  constructor(options: SpoolOptions) {
    this.#options = options
    this.#memory = new GrowingBytes(options.memoryLimit)
  }

  get size(): number {
    return this.#size
  }

  append(bytes: Uint8Array, isGiven: boolean = false): Promise<void> | undefined {
    this.#size += bytes.length
    if (this.#file !== undefined) return this.#file.append(bytes, isGiven)
    if (this.#size <= this.#options.memoryLimit) {
      this.#memory.append(bytes)
      return undefined
    }
    this.#file = new TemporaryFile(this.#options.temporaryFolder ?? tmpdir())
    forgotten.register(this, this.#file)
    void this.#file.append(this.#memory.view())
    this.#memory = new GrowingBytes(0)
    return this.#file.append(bytes, isGiven)
  }

  finish(): Promise<void> | undefined {
    return this.#file?.flush()
  }

  // A generator of the spool's own keeps the spool, and so its file, for as long as somebody reads.
  async *stream(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#closed) throw closedUpload()
    yield* this.#file?.stream() ?? this.#memory.chunks()
  }

  async dispose(): Promise<void> {
    this.#closed = true
    this.#memory = new GrowingBytes(0)
    await this.#file?.dispose()
  }
}
