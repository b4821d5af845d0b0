import { randomBytes } from 'node:crypto'
import { constants, open, unlink } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { FileRange } from '../../file/file-range.ts'
import { FileWriter } from '../../file/file-writer.ts'
import { MemoryChunks } from './memory-chunks.ts'
import type { Spool, SpoolOptions } from './spool.ts'

export { saveFile } from './save-file.ts'

const openFile = promisify(open)
const unlinkFile = promisify(unlink)

const NEW_FILE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/** Bytes that may wait to be written. */
const HIGH_WATER_MARK = 1024 * 1024

/** Closes the files of spools that nobody disposed of. */
const forgotten = new FinalizationRegistry<TemporaryFile>((file) => void file.dispose())

/** A spool that moves from memory to a temporary file when it grows. */
export function createSpool(options: SpoolOptions): Spool {
  return new FileSpool(options)
}

class FileSpool implements Spool {
  readonly #options: SpoolOptions
  readonly #memory = new MemoryChunks()
  #file: TemporaryFile | undefined

  constructor(options: SpoolOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#file?.writer.size ?? this.#memory.size
  }

  append(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#file === undefined) {
      if (this.#memory.size + bytes.length <= this.#options.memoryLimit) {
        this.#memory.append(bytes)
        return undefined
      }
      this.#file = new TemporaryFile(this.#options.temporaryFolder ?? tmpdir())
      forgotten.register(this, this.#file)
      for (const chunk of this.#memory.take()) void this.#file.writer.append(chunk)
    }
    return this.#file.writer.append(bytes)
  }

  finish(): Promise<void> | undefined {
    return this.#file?.writer.flush()
  }

  stream(): AsyncIterable<Uint8Array> {
    return this.#file?.stream() ?? this.#memory.stream()
  }

  async dispose(): Promise<void> {
    this.#memory.take()
    await this.#file?.dispose()
  }
}

/**
 * A file without a name, so that the system itself removes it when it is closed, by us or by our death. Only between
 * open(2) and unlink(2) has it one.
 */
class TemporaryFile {
  readonly writer: FileWriter
  #file: number | undefined

  constructor(folder: string) {
    const path = join(folder, `decant-${randomBytes(16).toString('hex')}`)
    const create = async (): Promise<number> => {
      const file = await openFile(path, NEW_FILE, 0o600)
      await unlinkFile(path)
      this.#file = file
      return file
    }
    this.writer = new FileWriter({ open: create, remove: async () => {} }, HIGH_WATER_MARK)
  }

  stream(): AsyncIterable<Uint8Array> {
    const keepOpen = async (): Promise<void> => {}
    return new FileRange(async () => this.#opened(), 0, this.writer.size, keepOpen)
  }

  #opened(): number {
    if (this.#file === undefined) throw new TypeError('The upload is closed: its files can be read no more.')
    return this.#file
  }

  async dispose(): Promise<void> {
    this.#file = undefined
    await this.writer.abort(new TypeError('The upload is closed.'))
  }
}
