import { randomBytes } from 'node:crypto'
import { close, constants, open, read, unlink } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { FileWriter } from './file-writer.ts'
import { toStorageError } from './storage-error.ts'

const closeFile = promisify(close)
const openFile = promisify(open)
const readFile = promisify(read)
const unlinkFile = promisify(unlink)

const NEW_FILE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/** Bytes that may wait to be written. */
const HIGH_WATER_MARK = 1024 * 1024
/** Bytes of a chunk that is read. */
const CHUNK_SIZE = 256 * 1024

/**
 * A file without a name: the system removes it when it is closed, or when the process dies. It has a name only between
 * open(2) and unlink(2), while it is empty.
 */
export class TemporaryFile {
  readonly #writer: FileWriter
  readonly #disposed: () => Error
  /** The descriptor, from when the file is open until `dispose`. */
  #file: number | undefined
  #closed = false
  /** Reads under way: a read that outlived the descriptor could read another file. */
  readonly #reads = new Set<Promise<unknown>>()

  /** @param disposed the error of a call after `dispose` */
  constructor(folder: string, disposed: () => Error) {
    this.#disposed = disposed
    const path = join(folder, `decant-${randomBytes(16).toString('hex')}`)
    const create = async (): Promise<number> => {
      const file = await openFile(path, NEW_FILE, 0o600)
      try {
        await unlinkFile(path)
      } catch (error) {
        await closeFile(file)
        throw error
      }
      if (!this.#closed) this.#file = file
      return file
    }
    this.#writer = new FileWriter({ open: create, remove: async () => {} }, { highWaterMark: HIGH_WATER_MARK })
  }

  /** Bytes appended so far. */
  get size(): number {
    return this.#writer.size
  }

  /** As `Draft.append`. */
  append(bytes: Uint8Array, isGiven?: boolean): Promise<void> | undefined {
    return this.#writer.append(bytes, isGiven)
  }

  /** Resolves when every byte can be read. */
  flush(): Promise<void> {
    return this.#writer.flush()
  }

  /**
   * The bytes from `start` to `end`, each chunk in memory of its own. Rejects once disposed of, also in the middle.
   */
  async *stream(start: number, end: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = start; at < end;) {
      // One after the other is how a stream is read.
      // oxlint-disable-next-line no-await-in-loop
      const chunk = await this.#read(at, Math.min(CHUNK_SIZE, end - at))
      at += chunk.length
      yield chunk
    }
  }

  async #read(position: number, length: number): Promise<Uint8Array> {
    if (this.#file === undefined) throw this.#disposed()
    const buffer = Buffer.allocUnsafeSlow(length)
    const reading = readFile(this.#file, buffer, 0, length, position)
    this.#reads.add(reading)
    try {
      const { bytesRead } = await reading
      if (bytesRead === 0) throw new Error(`The file ended at byte ${position}.`)
      return buffer.subarray(0, bytesRead)
    } catch (error) {
      throw toStorageError(error)
    } finally {
      this.#reads.delete(reading)
    }
  }

  /** Closes the file, and so removes it. Never rejects; harmless when repeated. */
  async dispose(): Promise<void> {
    this.#closed = true
    this.#file = undefined
    await Promise.allSettled(this.#reads)
    await this.#writer.abort(this.#disposed())
  }
}
