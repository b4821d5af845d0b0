import { close, read } from 'node:fs'
import { promisify } from 'node:util'
import { toStorageError } from './storage-error.ts'

const closeFile = promisify(close)
const readFile = promisify(read)

/** Bytes of a chunk. */
const CHUNK_SIZE = 256 * 1024

/**
 * The bytes of a file from `start` up to but not including `end`, each chunk in memory of its own. The next chunk is
 * read while the caller uses the last. `source` is a descriptor, or gives one when the caller asks for the first chunk.
 * It is closed at the end, on `return` and on failure. A failure is `storage-failed`, also if the file turns out to be
 * shorter.
 */
export class FileRange implements AsyncIterableIterator<Uint8Array> {
  readonly #open: () => Promise<number>
  readonly #end: number
  #position: number
  #file: number | undefined
  #ahead: Promise<Uint8Array> | undefined
  #done = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(source: number | (() => Promise<number>), start: number, end: number) {
    if (typeof source === 'number') this.#file = source
    this.#open = typeof source === 'number' ? () => Promise.resolve(source) : source
    this.#position = start
    this.#end = end
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    return this.#inTurn(() => this.#step())
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    return this.#inTurn(async () => {
      await this.#finish()
      return { done: true, value: undefined }
    })
  }

  async close(): Promise<void> {
    await this.return()
  }

  /**
   * Puts the next bytes at the beginning of `buffer` instead, and resolves to their number; 0 at the end. It does not
   * read ahead: a caller with two buffers reads into one while it uses the other. Not to be mixed with `next`.
   */
  readInto(buffer: Uint8Array): Promise<number> {
    return this.#inTurn(() => this.#fill(buffer))
  }

  /** Calls at the same time still get their chunks one after the other. */
  #inTurn<Result>(operation: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(operation)
    this.#last = result.catch(ignore)
    return result
  }

  async #fill(buffer: Uint8Array): Promise<number> {
    const length = Math.min(buffer.byteLength, this.#end - this.#position)
    if (this.#done) return 0
    try {
      const count = length === 0 ? 0 : await this.#readAt((this.#file ??= await this.#open()), buffer, length)
      this.#position += count
      if (this.#position === this.#end) await this.#finish()
      return count
    } catch (error) {
      await this.#finish()
      throw toStorageError(error)
    }
  }

  async #step(): Promise<IteratorResult<Uint8Array>> {
    if (this.#done) return { done: true, value: undefined }
    try {
      const file = (this.#file ??= await this.#open())
      const chunk = await (this.#ahead ?? this.#read(file))
      this.#ahead = undefined
      if (chunk.byteLength === 0) {
        await this.#finish()
        return { done: true, value: undefined }
      }
      this.#position += chunk.byteLength
      // A read that ends the range closes the file at once: a caller that knows the length may not read again.
      if (this.#position === this.#end) await this.#finish()
      else {
        this.#ahead = this.#read(file)
        this.#ahead.catch(ignore)
      }
      return { done: false, value: chunk }
    } catch (error) {
      await this.#finish()
      throw toStorageError(error)
    }
  }

  async #read(file: number): Promise<Uint8Array> {
    const length = Math.min(CHUNK_SIZE, this.#end - this.#position)
    if (length === 0) return new Uint8Array(0)
    const buffer = Buffer.allocUnsafeSlow(length)
    const count = await this.#readAt(file, buffer, length)
    return count === length ? buffer : buffer.subarray(0, count)
  }

  async #readAt(file: number, buffer: Uint8Array, length: number): Promise<number> {
    const { bytesRead } = await readFile(file, buffer, 0, length, this.#position)
    if (bytesRead === 0) throw new Error(`The file ended at byte ${this.#position} of ${this.#end}.`)
    return bytesRead
  }

  /** Closes the file, after a read that is still under way. */
  async #finish(): Promise<void> {
    this.#done = true
    await this.#ahead?.catch(ignore)
    const file = this.#file
    this.#file = undefined
    if (file !== undefined) await closeFile(file).catch(ignore)
  }
}

function ignore(): void {}
