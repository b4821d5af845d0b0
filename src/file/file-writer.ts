import { close, fstat, ftruncate, write, writev } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { promisify } from 'node:util'
import { afterBytes } from './after-bytes.ts'
import { toStorageError } from './storage-error.ts'

const closeFile = promisify(close)
const statFile = promisify(fstat)
const truncateFile = promisify(ftruncate)

/** What a waiting chunk costs beside its bytes, so that a million chunks of one byte are not taken for a megabyte. */
const CHUNK_OVERHEAD = 256

/** Where the bytes go. */
export interface WriterTarget {
  /** A descriptor of a new, empty file. */
  open(): Promise<number>
  /** Asked before each write, with the bytes written so far; what it rejects with ends the writer. */
  beforeWrite?(written: number): Promise<void>
  /** The last that is done with the whole file, before it is closed; what it rejects with ends the writer. */
  beforeClose?(file: number): Promise<void>
  /** Removes the file; never rejects. */
  remove(): Promise<void>
}

/**
 * Writes a file in the order in which its bytes were appended: one write is under way, and everything that is appended
 * meanwhile goes out in the next, however much that is. The first failure ends it: the file is closed and removed, and
 * the failure is told to whoever waits and to every later call.
 */
export class FileWriter {
  readonly #target: WriterTarget
  readonly #highWaterMark: number
  readonly #opened: Promise<number>
  #queue: Uint8Array[] = []
  #waiting = 0
  #size = 0
  #written = 0
  #pumping = false
  #closed = false
  #failure: Error | undefined
  #pressure: PromiseWithResolvers<void> | undefined
  /** Operations on the descriptor, one after the other: one that outlived `close` could hit another file. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(target: WriterTarget, highWaterMark: number) {
    this.#target = target
    this.#highWaterMark = highWaterMark
    this.#opened = target.open()
    // Nobody may be waiting yet; `#pump` and `finish` tell.
    this.#opened.catch(ignore)
  }

  /** Bytes appended so far. */
  get size(): number {
    return this.#size
  }

  /** Takes bytes; a promise where the caller should wait for it. It rejects with the failure. */
  append(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#failure !== undefined) return handled(Promise.reject(this.#failure))
    if (bytes.byteLength === 0) return this.#pressure?.promise
    this.#queue.push(bytes)
    this.#size += bytes.byteLength
    this.#waiting += bytes.byteLength + CHUNK_OVERHEAD
    if (!this.#pumping) {
      this.#pumping = true
      void this.#inTurn(() => this.#pump())
    }
    if (this.#waiting <= this.#highWaterMark) return undefined
    if (this.#pressure === undefined) {
      this.#pressure = Promise.withResolvers()
      void handled(this.#pressure.promise)
    }
    return this.#pressure.promise
  }

  /** Waits until everything is written. Rejects with the failure. */
  async flush(): Promise<void> {
    await this.#inTurn(() => this.#opened.catch((error: unknown) => this.#fail(error)))
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Cuts the file off. Nothing may be appended meanwhile. Rejects with the failure. */
  async truncate(size: number): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#failure !== undefined) return
      try {
        await truncateFile(await this.#opened, size)
        this.#size = size
        this.#written = size
      } catch (error) {
        await this.#fail(error)
      }
    })
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Writes what is left, makes sure that the file has every byte and closes it. Rejects with the failure. */
  async finish(): Promise<BigIntStats> {
    const stats = await this.#inTurn(async () => {
      if (this.#failure !== undefined) return undefined
      try {
        const file = await this.#opened
        const found = await statFile(file, { bigint: true })
        if (found.size !== BigInt(this.#size)) {
          throw new Error(`${this.#size} bytes were written, and the file has ${found.size}.`)
        }
        await this.#target.beforeClose?.(file)
        // A network file system may tell only now that it has no room.
        await this.#close()
        return this.#failure === undefined ? found : undefined
      } catch (error) {
        await this.#fail(error)
        return undefined
      }
    })
    if (stats === undefined) throw this.#failure ?? new TypeError('The draft is closed.')
    return stats
  }

  /** Gives up: closes and removes the file. Whoever waits is told `reason`. Never rejects. */
  async abort(reason: Error): Promise<void> {
    this.#giveUp(reason)
    await this.#inTurn(() => this.#fail(reason))
  }

  /** Runs `operation` after all earlier ones. It must not reject. */
  #inTurn<Result>(operation: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(operation)
    this.#last = result
    return result
  }

  async #pump(): Promise<void> {
    try {
      const file = await this.#opened
      while (this.#queue.length > 0) {
        const batch = this.#queue
        const cost = this.#waiting
        this.#queue = []
        await this.#target.beforeWrite?.(this.#written)
        const length = await writeAll(file, batch, this.#written)
        this.#written += length
        this.#waiting -= cost
        if (this.#waiting <= this.#highWaterMark) this.#release()
      }
    } catch (error) {
      await this.#fail(error)
    } finally {
      this.#pumping = false
    }
  }

  #release(): void {
    this.#pressure?.resolve()
    this.#pressure = undefined
  }

  #giveUp(error: unknown): void {
    this.#failure ??= toStorageError(error)
    this.#queue = []
    this.#waiting = 0
    this.#pressure?.reject(this.#failure)
    this.#pressure = undefined
  }

  async #fail(error: unknown): Promise<void> {
    this.#giveUp(error)
    try {
      await this.#close()
    } catch {
      // EIO, EDQUOT, ENOSPC or what made opening fail: the first failure is what is told.
    }
    await this.#target.remove()
  }

  async #close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await closeFile(await this.#opened)
  }
}

/** Writes all of `chunks` at `position`, however few bytes the system takes at once; the number of bytes. */
async function writeAll(file: number, chunks: readonly Uint8Array[], position: number): Promise<number> {
  let rest = chunks
  let total = 0
  while (rest.length > 0) {
    const [first] = rest
    const bytesWritten =
      rest.length === 1 && first !== undefined
        ? await writeOne(file, first, position + total)
        : await writeMany(file, rest, position + total)
    if (bytesWritten === 0) throw new Error('The system wrote nothing and gave no reason.')
    total += bytesWritten
    rest = afterBytes(rest, bytesWritten)
  }
  return total
}

// Not `promisify`: what it makes of these two gives an object on Node, and of `writev` a bare number on Deno.

function writeOne(file: number, bytes: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(file, bytes, 0, bytes.byteLength, position, (error, bytesWritten) =>
      error ? reject(error) : resolve(bytesWritten),
    )
  })
}

function writeMany(file: number, chunks: readonly Uint8Array[], position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    writev(file, chunks, position, (error, bytesWritten) => (error ? reject(error) : resolve(bytesWritten)))
  })
}

/** Marks a rejection as seen: it may come before anybody waits. */
function handled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(ignore)
  return promise
}

function ignore(): void {}
