import { ftruncate } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { promisify } from 'node:util'
import { DiskCalls, writeByThread } from './disk-calls.ts'
import { releaseMemory } from '../runtime/release-memory.ts'
import { toStorageError } from './storage-error.ts'
import { writeAll } from './write-all.ts'
import type { Write } from './write-all.ts'

const truncateFile = promisify(ftruncate)

/** The cost of a waiting chunk beside its bytes, so that a million chunks of one byte do not count as a megabyte. */
const CHUNK_OVERHEAD = 256

/** Bytes of a piece that is worth a write by a thread. A call costs as much as writing some ten thousand bytes. */
const PIECE = 256 * 1024

/**
 * The first bytes of a file are written at once, if the disk allows it: handing them to a thread costs as much as
 * writing. A larger file is worth the threads, which write while more bytes come.
 */
const AT_ONCE = 1024 * 1024

/** The most bytes that may wait in all writers together. Thousands of slow clients must not fill the memory. */
const MOST_WAITING = 16 * 1024 ** 2

/** The bytes that wait in all writers of this process. */
let waitingInAll = 0

/** The file of a writer. */
export interface WriterTarget {
  /** Opens a new, empty file. Resolves to its descriptor. */
  open(): Promise<number>
  /**
   * Called before each write, with the number of bytes written so far. The writer waits for the promise, and ends if it
   * rejects.
   */
  beforeWrite?(written: number): Promise<void> | undefined
  /** The last step with the whole file, before it is closed; a rejection ends the writer. */
  beforeClose?(file: number): void | Promise<void>
  /** Removes the file; never rejects. */
  remove(): Promise<void>
}

export interface WriterOptions {
  /** Bytes that may wait before `append` makes its caller wait, too. */
  readonly highWaterMark: number
  /** Makes the calls that need no thread. Default: all calls use threads. */
  readonly calls?: DiskCalls
}

/**
 * Writes a file in the order in which its bytes were appended. Bytes wait until there is a piece that is worth a write.
 * Only one write runs at a time, and the next one takes all bytes that were appended meanwhile. A file smaller than a
 * piece is written when it is whole. The first pieces of a larger file are written at once. The first failure ends the
 * writer: the file is closed and removed, and each waiting and later call rejects with the failure.
 */
export class FileWriter {
  readonly #target: WriterTarget
  readonly #calls: DiskCalls
  readonly #highWaterMark: number
  readonly #opened: Promise<number>
  #queue: Uint8Array[] = []
  /** The chunks of the queue that own their memory. */
  #given: Uint8Array[] = []
  #waiting = 0
  #size = 0
  #written = 0
  #pumping = false
  #closed = false
  #failure: Error | undefined
  #pressure: PromiseWithResolvers<void> | undefined
  /**
   * The last operation on the descriptor. Operations run one after the other, because one that runs after `close` could
   * hit another file.
   */
  #last: Promise<unknown> = Promise.resolve()

  constructor(target: WriterTarget, { highWaterMark, calls = new DiskCalls() }: WriterOptions) {
    this.#target = target
    this.#highWaterMark = highWaterMark
    this.#calls = calls
    this.#opened = target.open()
    // If opening fails before a caller waits for it, `#pump` and `#writeRest` still report the failure.
    this.#opened.catch(ignore)
  }

  /** Bytes appended so far. */
  get size(): number {
    return this.#size
  }

  /**
   * Takes bytes; returns a promise if the caller should wait for it. It rejects with the failure.
   *
   * @param isGiven as for `Draft.append`
   */
  append(bytes: Uint8Array, isGiven: boolean = false): Promise<void> | undefined {
    if (this.#failure !== undefined) return handled(Promise.reject(this.#failure))
    if (bytes.byteLength === 0) return this.#pressure?.promise
    this.#queue.push(bytes)
    if (isGiven) this.#given.push(bytes)
    this.#size += bytes.byteLength
    this.#wait(bytes.byteLength + CHUNK_OVERHEAD)
    if (!this.#pumping && this.#isPiece()) {
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
    await this.#inTurn(() => this.#writeRest())
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Goes back to the first `size` bytes. The caller must not append meanwhile. Rejects with the failure. */
  async truncate(size: number): Promise<void> {
    await this.#inTurn(async () => {
      const file = await this.#writeRest()
      if (file === undefined) return
      try {
        await truncateFile(file, size)
        this.#size = size
        this.#written = size
      } catch (error) {
        await this.#fail(error)
      }
    })
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Writes the rest, makes sure that the file has every byte and closes it. Rejects with the failure. */
  async finish(): Promise<BigIntStats> {
    const stats = await this.#inTurn(async () => {
      const file = await this.#writeRest()
      if (file === undefined) return undefined
      try {
        const found = await this.#calls.stat(file)
        if (found.size !== BigInt(this.#size)) {
          throw new Error(`${this.#size} bytes were written, and the file has ${found.size}.`)
        }
        await this.#target.beforeClose?.(file)
        // A network file system may report only now that it is full.
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

  /** Gives up: closes and removes the file. Waiting calls reject with `reason`. Never rejects. */
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

  /** Whether enough bytes wait to write them now. */
  #isPiece(): boolean {
    return this.#waiting > Math.min(PIECE, this.#highWaterMark) || waitingInAll > MOST_WAITING
  }

  async #pump(): Promise<void> {
    try {
      while (this.#queue.length > 0 && this.#isPiece()) {
        await this.#writeQueue(await this.#opened, this.#written < AT_ONCE ? this.#writeSmall() : writeByThread)
      }
    } catch (error) {
      await this.#fail(error)
    } finally {
      this.#pumping = false
    }
  }

  /** Writes all waiting bytes, which are few. Returns the descriptor, or `undefined` if it has failed. */
  async #writeRest(): Promise<number | undefined> {
    if (this.#failure !== undefined) return undefined
    try {
      const file = await this.#opened
      while (this.#queue.length > 0) {
        await this.#writeQueue(file, this.#writeSmall())
      }
      return file
    } catch (error) {
      await this.#fail(error)
      return undefined
    }
  }

  readonly #writeSoon: Write = (...call) => this.#calls.write(...call)

  /**
   * The call that writes the waiting bytes. A caller may have appended a whole file in one piece. Then a thread writes
   * it, so that other clients need not wait.
   */
  #writeSmall(): Write {
    return this.#waiting > 2 * AT_ONCE ? writeByThread : this.#writeSoon
  }

  async #writeQueue(file: number, write: Write): Promise<void> {
    const batch = this.#queue
    const given = this.#given
    const cost = this.#waiting
    this.#queue = []
    this.#given = []
    await this.#target.beforeWrite?.(this.#written)
    this.#written += await writeAll(write, file, batch, this.#written)
    for (const bytes of given) releaseMemory(bytes)
    // If the writer was given up meanwhile, no bytes wait any more.
    this.#wait(-Math.min(cost, this.#waiting))
    if (this.#waiting <= this.#highWaterMark) this.#release()
  }

  #wait(cost: number): void {
    this.#waiting += cost
    waitingInAll += cost
  }

  #release(): void {
    this.#pressure?.resolve()
    this.#pressure = undefined
  }

  #giveUp(error: unknown): void {
    this.#failure ??= toStorageError(error)
    this.#queue = []
    this.#given = []
    this.#wait(-this.#waiting)
    this.#pressure?.reject(this.#failure)
    this.#pressure = undefined
  }

  async #fail(error: unknown): Promise<void> {
    this.#giveUp(error)
    try {
      await this.#close()
    } catch {
      // EIO, EDQUOT, ENOSPC or the error of opening: the first failure is reported.
    }
    await this.#target.remove()
  }

  async #close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#calls.close(await this.#opened)
  }
}

/** Marks a rejection as handled, because it may come before a caller waits for it. */
function handled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(ignore)
  return promise
}

function ignore(): void {}
