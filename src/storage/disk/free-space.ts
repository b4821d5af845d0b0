import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { formatBytes } from '../../errors/byte-size.ts'
import { UploadError } from '../../errors/upload-error.ts'
import { isMissing } from '../../file/system-error.ts'

/** A draft asks again after this many bytes, because other drafts and programs fill the disk, too. */
const CHECK_EVERY = 64 * 1024 ** 2

/**
 * If a part of the disk has to stay free, room for so many more files has to stay free, too. On a small disk, this part
 * of all its files counts instead.
 */
const MIN_FREE_FILES = 1000
const MIN_FREE_FILES_PART = 0.01

/** The room on a file system. */
export interface DiskRoom {
  /** Bytes that can still be written. */
  readonly bytes: number
  /** The most files and folders of the file system (inodes). 0 if it has no such limit, for example btrfs and FAT. */
  readonly files: number
  /** Files and folders that can still be made. */
  readonly freeFiles: number
}

/** The room on the file system that holds `path`, or will hold it. */
export async function diskRoom(path: string): Promise<DiskRoom> {
  try {
    const { bavail, bsize, files, ffree } = await statfs(path, { bigint: true })
    return { bytes: Number(bavail * bsize), files: Number(files), freeFiles: Number(ffree) }
  } catch (error) {
    // The folder is not made yet, so ask for its parent.
    if (isMissing(error) && dirname(path) !== path) return diskRoom(dirname(path))
    throw error
  }
}

/** Makes sure that one draft leaves a part of the disk free. */
export class FreeSpaceWatch {
  readonly #minFreeSpace: number
  readonly #room: () => Promise<DiskRoom>
  #next = 0

  /**
   * @param minFreeSpace bytes that have to stay free; with 0, the system is never asked
   * @param room asks how much is free
   */
  constructor(minFreeSpace: number, room: () => Promise<DiskRoom>) {
    this.#minFreeSpace = minFreeSpace
    this.#room = room
  }

  /**
   * Asks the system if it is time to ask again. Returns a promise if it asks.
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
    const lack = this.#lackOf(await this.#room(), expected)
    if (lack !== undefined) throw new UploadError('storage-full', {}, { cause: new Error(lack) })
  }

  #lackOf({ bytes: free, files, freeFiles }: DiskRoom, expected: number): string | undefined {
    if (free - expected < this.#minFreeSpace)
      return `${formatBytes(free)} are free, and ${formatBytes(this.#minFreeSpace)} must stay free.`
    const kept = Math.ceil(Math.min(MIN_FREE_FILES, files * MIN_FREE_FILES_PART))
    return freeFiles < kept
      ? `The disk has room for ${freeFiles} more files (inodes), and ${kept} must stay free.`
      : undefined
  }
}
