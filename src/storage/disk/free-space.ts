import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { bytes } from '../../errors/byte-size.ts'
import { UploadError } from '../../errors/upload-error.ts'
import { isMissing } from '../../file/system-error.ts'

/** A draft asks again after this many bytes: others are writing, too. */
const CHECK_EVERY = 64 * 1024 ** 2

/** Free bytes of the file system that holds `path`, or will. */
export async function freeSpace(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path, { bigint: true })
    return Number(bavail * bsize)
  } catch (error) {
    // Not made yet: its parent tells.
    if (isMissing(error) && dirname(path) !== path) return freeSpace(dirname(path))
    throw error
  }
}

/** Watches for one draft that a part of the disk stays free. */
export class FreeSpaceWatch {
  readonly #minFreeSpace: number
  readonly #freeSpace: () => Promise<number>
  #next = 0

  /**
   * @param minFreeSpace bytes; 0 asks nobody
   * @param free asks how many bytes are free
   */
  constructor(minFreeSpace: number, free: () => Promise<number>) {
    this.#minFreeSpace = minFreeSpace
    this.#freeSpace = free
  }

  /**
   * Asks the system, if it is time again; a promise where it does.
   *
   * @param written bytes of the draft so far
   * @param expected bytes that are known to come
   * @throws {UploadError} `storage-full`.
   */
  check(written: number, expected = 0): Promise<void> | undefined {
    if (this.#minFreeSpace === 0 || written < this.#next) return undefined
    this.#next = written + CHECK_EVERY
    return this.#ask(expected)
  }

  async #ask(expected: number): Promise<void> {
    const free = await this.#freeSpace()
    if (free - expected >= this.#minFreeSpace) return
    const cause = new Error(`${bytes(free)} are free, and ${bytes(this.#minFreeSpace)} are to stay so.`)
    throw new UploadError('storage-full', {}, { cause })
  }
}
