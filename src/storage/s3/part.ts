import { tmpdir } from 'node:os'
import { Readable } from 'node:stream'
import { KiB } from '../../errors/byte-size.ts'
import { toStorageError } from '../../file/storage-error.ts'
import { TemporaryFile } from '../../file/temporary-file.ts'
import { releaseMemory } from '../../runtime/release-memory.ts'
import type { MemoryHolder, PartMemory, PartShare } from './part-memory.ts'
import type { ObjectBody } from './s3-bucket.ts'

/** Bytes of the first memory of a part. Each further one has four times the size. */
const FIRST_SIZE = 64 * KiB
const GROWTH = 4
/** Bytes of a chunk that a reader gets. */
const CHUNK_SIZE = 256 * KiB

/**
 * A piece of a file on its way to the engine: in memory, or in a temporary file if there is no memory for it. A part
 * does not move while it is sent or read.
 */
export class Part implements MemoryHolder {
  readonly #memory: PartMemory
  readonly #share: PartShare
  /** The most bytes that the part will have. */
  readonly #limit: number
  #size = 0
  #bytes = new Uint8Array(0)
  /** Bytes of the memory that are used. */
  #used = 0
  /** Chunks that wait for memory. */
  #waiting: Uint8Array[] = []
  #settling: Promise<void> | undefined
  #file: TemporaryFile | undefined
  #failure: Error | undefined
  /** Senders and readers. */
  #users = 0
  /** Whether a request that was given up may still read the memory. */
  #hasFailedAttempt = false
  #isDisposed = false

  /** @param isOnDisk whether it is never in memory */
  constructor(memory: PartMemory, limit: number, isOnDisk: boolean) {
    this.#memory = memory
    this.#limit = limit
    this.#share = memory.open()
    if (isOnDisk) this.#file = newFile()
  }

  get size(): number {
    return this.#size
  }

  /**
   * Adds bytes, which must fit, and must not change. Returns a promise if the caller should wait before it brings more.
   * It rejects if the disk fails.
   */
  append(bytes: Uint8Array): Promise<void> | undefined {
    this.#size += bytes.byteLength
    if (this.#settling !== undefined) {
      this.#waiting.push(bytes)
      return this.#settling
    }
    if (this.#file !== undefined) return this.#file.append(bytes)
    if (this.#makeRoom(bytes.byteLength)) {
      this.#add(bytes)
      return undefined
    }
    this.#waiting.push(bytes)
    this.#settling = this.#settle()
    // The caller may ignore it: `flush` rejects, too.
    this.#settling.catch(ignore)
    return this.#settling
  }

  /** Goes back to the first `size` bytes. */
  async truncate(size: number): Promise<void> {
    await this.flush()
    this.#size = size
    this.#used = Math.min(this.#used, size)
    const file = this.#file
    if (file === undefined) return
    this.#file = newFile()
    try {
      for await (const chunk of file.stream(0, size)) await this.#file.append(chunk)
    } finally {
      await file.dispose()
    }
  }

  /** Resolves when all bytes can be read. */
  async flush(): Promise<void> {
    await this.#settling
    await this.#file?.flush()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Sends the bytes by `send`. They do not move until it is done. */
  async send<Result>(send: (body: ObjectBody) => Promise<Result>): Promise<Result> {
    this.#memory.forget(this)
    await this.flush()
    this.#users++
    try {
      return await this.#memory.during(this.#bytes.byteLength, () =>
        send({
          size: this.#size,
          open: () => this.#content(),
          noteFailedAttempt: () => {
            this.#hasFailedAttempt = true
          },
        }),
      )
    } finally {
      this.#users--
    }
  }

  /** As `send`, and disposes of the part. Other parts that wait for memory get that of this one. */
  async sendLast<Result>(send: (body: ObjectBody) => Promise<Result>): Promise<Result> {
    // Otherwise, a part that waits for memory could wait for its own. `send` rejects if the disk has failed.
    if (this.#settling !== undefined) await this.#settling.catch(ignore)
    return this.#memory.during(this.#bytes.byteLength, async () => {
      try {
        return await this.send(send)
      } finally {
        await this.dispose()
      }
    })
  }

  /** The bytes from `start` to `end`, as copies. */
  async *stream(start: number, end: number): AsyncGenerator<Uint8Array, void, undefined> {
    await this.flush()
    this.#users++
    try {
      if (this.#file !== undefined) return yield* this.#file.stream(start, end)
      for (let at = start; at < end; at += CHUNK_SIZE) {
        if (this.#isDisposed) throw noMore()
        yield this.#bytes.slice(at, Math.min(at + CHUNK_SIZE, end))
      }
    } finally {
      this.#users--
    }
  }

  async spill(): Promise<void> {
    if (this.#file !== undefined || this.#users > 0 || this.#isDisposed) return
    const file = newFile()
    this.#file = file
    const bytes = this.#bytes
    this.#bytes = new Uint8Array(0)
    try {
      // `flush` rejects, too. It waits until nothing reads the memory any more, even if the file is disposed of.
      void file.append(bytes.subarray(0, this.#used))
      await file.flush()
    } catch (error) {
      // ENOSPC, EIO, ...: the next call that needs the bytes rejects with it.
      this.#failure = toStorageError(error)
    }
    releaseMemory(bytes)
    this.#share.close()
  }

  /** Frees the memory and the file. Harmless when repeated. Never rejects. */
  async dispose(): Promise<void> {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#memory.forget(this)
    const bytes = this.#bytes
    this.#bytes = new Uint8Array(0)
    // Otherwise, the engine would get what another part writes there.
    if (this.#users === 0 && !this.#hasFailedAttempt) releaseMemory(bytes)
    this.#share.close()
    await this.#file?.dispose()
  }

  #content(): Uint8Array | Readable {
    if (this.#file === undefined) return this.#bytes.subarray(0, this.#used)
    return Readable.from(this.#file.stream(0, this.#size), { objectMode: false })
  }

  #add(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#used)
    this.#used += bytes.byteLength
    this.#memory.touch(this)
  }

  /** Makes the memory large enough for so many more bytes. False if there is not enough of it now. */
  #makeRoom(more: number): boolean {
    const { byteLength: room } = this.#bytes
    const needed = this.#used + more
    if (needed <= room) return true
    const wanted = Math.min(this.#limit, Math.max(FIRST_SIZE, room * GROWTH, needed))
    if (!this.#share.take(wanted - room)) return false
    const former = this.#bytes
    this.#bytes = Buffer.allocUnsafeSlow(wanted)
    this.#bytes.set(former.subarray(0, this.#used))
    releaseMemory(former)
    return true
  }

  /** Finds a place for the chunks that wait. */
  async #settle(): Promise<void> {
    try {
      for (;;) {
        const freed = this.#memory.wait(this)
        if (freed === undefined) break
        await freed
        if (this.#isDisposed) throw noMore()
        if (this.#file !== undefined) break
        if (!this.#makeRoom(sizeOf(this.#waiting))) continue
        for (const bytes of this.#waiting) this.#add(bytes)
        return
      }
      await this.spill()
      for (const bytes of this.#waiting) await this.#file?.append(bytes)
    } finally {
      this.#waiting = []
      this.#settling = undefined
    }
  }
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, { byteLength }) => sum + byteLength, 0)
}

function newFile(): TemporaryFile {
  return new TemporaryFile(tmpdir(), noMore)
}

function noMore(): TypeError {
  return new TypeError('The draft was discarded or published.')
}

function ignore(): void {}
