import { existsSync, lstatSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DiskPatience } from '../../file/disk-patience.ts'
import type { StorageEntry } from '../storage.ts'
import { isSettled } from './settled-file.ts'

/** If a file has no record, one is looked for again after so many milliseconds. */
const RECORD_MS = 100

const LOOK = { bigint: true, throwIfNoEntry: false } as const

/** A stored file as it was opened. */
interface OpenedFile {
  readonly entry: StorageEntry
  readonly stats: BigIntStats
  /** The path of its record, if it has one. */
  readonly recordPath: string
}

/**
 * Tells at once whether files are unchanged since they were opened. One lstat(2) takes a few microseconds, and asking
 * the thread pool takes ten times as long. The whole process waits for lstat(2). So it is never used on the file system
 * of a network, nor on a disk that has answered slowly again and again (`DiskPatience`).
 *
 * lstat(2) shows every change, except bytes that a program writes into a mapped file.
 */
export class ChangeCheck {
  readonly #root: string
  readonly #patience: DiskPatience
  /** The device that holds the folder. The patience knows nothing about files on another device. */
  #device: bigint | undefined
  #isAsked = false

  /** @param root the folder of the stored files, absolute */
  constructor(root: string, patience: DiskPatience = new DiskPatience()) {
    this.#root = root
    this.#patience = patience
  }

  /**
   * Returns a function that tells whether one file is unchanged, each time it is called. Returns `undefined` if a
   * change could go unnoticed.
   */
  of(file: OpenedFile): (() => boolean) | undefined {
    if (!this.#isAsked) void this.#look()
    // If the key has folders, each of them would have to be checked each time, because it may become a symlink.
    if (file.entry.key.includes('/') || file.stats.dev !== this.#device) return undefined
    if (!this.#patience.lasts || !isSettled(file.stats, Date.now())) return undefined
    const path = join(this.#root, file.entry.key)
    let recordMissingAt = performance.now()
    return () => {
      if (!this.#patience.lasts) return false
      const now = performance.now()
      try {
        const present = lstatSync(path, LOOK)
        if (present === undefined || !isUnchanged(present, file.stats)) return false
        // A record comes with its file, which is settled by now. Only an operator can add one later.
        if (file.entry.record !== undefined || now - recordMissingAt < RECORD_MS) return true
        recordMissingAt = now
        return !existsSync(file.recordPath)
      } catch {
        // EACCES, ENOTDIR, EIO, ...: opening the file again tells the error.
        return false
      } finally {
        this.#patience.heed(now)
      }
    }
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    this.#isAsked = true
    await this.#patience.look(this.#root)
    try {
      this.#device = (await stat(this.#root, { bigint: true })).dev
    } catch {
      // ENOENT, EACCES: the device stays unknown, so no file is checked.
    }
  }
}

function isUnchanged(now: BigIntStats, then: BigIntStats): boolean {
  return (
    now.ino === then.ino &&
    now.dev === then.dev &&
    now.size === then.size &&
    now.mtimeNs === then.mtimeNs &&
    now.ctimeNs === then.ctimeNs
  )
}
