import * as fs from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { platform } from 'node:process'
import { promisify } from 'node:util'
import { exists } from './exists.ts'

const open = promisify(fs.open)
const close = promisify(fs.close)
const fstat = promisify(fs.fstat)
const fchmod = promisify(fs.fchmod)
const link = promisify(fs.link)
const unlink = promisify(fs.unlink)
const rename = promisify(fs.rename)

/**
 * What statfs(2) calls file systems that are on this machine: bcachefs, btrfs, ext2 to ext4, F2FS, overlayfs, tmpfs, XFS and
 * ZFS. A call to any other may wait for a network, or for a process.
 */
const LOCAL: ReadonlySet<number> = new Set([
  0xca451a4e, 0x9123683e, 0xef53, 0xf2f52010, 0x794c7630, 0x01021994, 0x58465342, 0x2fc12fc1,
])

/** Milliseconds after which a call was slow. */
const SLOW_MS = 4
/**
 * How much a slow call counts against the disk, and how much is too much; a quick one counts one for it. A single slow call
 * proves nothing: the process may have waited for a processor.
 */
const SLOW_COUNT = 20
const TOO_SLOW = 50
/** For how many times as long as the last slow call took, none is made at once then: at most a twenty-fifth of the time is lost. */
const CAUTION = 25

/**
 * System calls on names and on small pieces of files. A local disk answers them from memory, in a few microseconds, and then
 * handing one to a thread and back costs ten times as much as the call; so they are made at once where the disk is local
 * and for as long as it answers quickly. On other disks, and after a slow answer for a while, threads make them: nobody
 * else has to wait then. Each gives a value or a promise of it; `await` takes both.
 */
export class DiskCalls {
  #isLocal = false
  #slowness = 0
  #cautiousUntil = 0

  /** Looks what kind of disk holds `folder`. Until then all is left to threads. Never rejects. */
  async look(folder: string): Promise<void> {
    try {
      // Elsewhere the numbers mean other things.
      this.#isLocal = platform === 'linux' && LOCAL.has((await statfs(folder)).type)
    } catch {
      // ENOENT: removed this instant. ENOSYS, EIO, ...: threads will do.
      this.#isLocal = false
    }
  }

  /** Whether the next call is made at once. */
  get areAtOnce(): boolean {
    return this.#isLocal && (this.#cautiousUntil === 0 || performance.now() >= this.#cautiousUntil)
  }

  open(path: string, flags: number, mode?: number): number | Promise<number> {
    return this.areAtOnce ? this.#atOnce(() => fs.openSync(path, flags, mode)) : open(path, flags, mode)
  }

  close(file: number): void | Promise<void> {
    return this.areAtOnce ? this.#atOnce(() => fs.closeSync(file)) : close(file)
  }

  stat(file: number): BigIntStats | Promise<BigIntStats> {
    return this.areAtOnce ? this.#atOnce(() => fs.fstatSync(file, { bigint: true })) : fstat(file, { bigint: true })
  }

  changeMode(file: number, mode: number): void | Promise<void> {
    return this.areAtOnce ? this.#atOnce(() => fs.fchmodSync(file, mode)) : fchmod(file, mode)
  }

  link(path: string, target: string): void | Promise<void> {
    return this.areAtOnce ? this.#atOnce(() => fs.linkSync(path, target)) : link(path, target)
  }

  unlink(path: string): void | Promise<void> {
    return this.areAtOnce ? this.#atOnce(() => fs.unlinkSync(path)) : unlink(path)
  }

  rename(path: string, target: string): void | Promise<void> {
    return this.areAtOnce ? this.#atOnce(() => fs.renameSync(path, target)) : rename(path, target)
  }

  /** Whether there is anything of that name, be it a symlink that leads nowhere. */
  exists(path: string): boolean | Promise<boolean> {
    if (!this.areAtOnce) return exists(path)
    return this.#atOnce(() => fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined)
  }

  /** Writes at `position`; the number of bytes that the system took. */
  write(file: number, chunks: readonly Uint8Array[], position: number): number | Promise<number> {
    return this.areAtOnce
      ? this.#atOnce(() => fs.writevSync(file, chunks, position))
      : writeByThread(file, chunks, position)
  }

  #atOnce<Result>(call: () => Result): Result {
    const began = performance.now()
    const result = call()
    const now = performance.now()
    if (now - began <= SLOW_MS) {
      if (this.#slowness > 0) this.#slowness -= 1
      return result
    }
    this.#slowness += SLOW_COUNT
    if (this.#slowness > TOO_SLOW) {
      this.#slowness = TOO_SLOW
      this.#cautiousUntil = now + CAUTION * (now - began)
    }
    return result
  }
}

// Not `promisify`: what it makes of these two gives an object on Node, and of `writev` a bare number on Deno.

/** Writes at `position` by a thread; the number of bytes that the system took. */
export function writeByThread(file: number, chunks: readonly Uint8Array[], position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null, bytesWritten: number): void => {
      if (error === null) resolve(bytesWritten)
      else reject(error)
    }
    const [first] = chunks
    if (chunks.length === 1 && first !== undefined) fs.write(file, first, 0, first.byteLength, position, settle)
    else fs.writev(file, chunks, position, settle)
  })
}
