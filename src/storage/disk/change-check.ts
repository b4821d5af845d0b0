import { existsSync, lstatSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DiskPatience } from '../../file/disk-patience.ts'
import type { StorageEntry } from '../storage.ts'
import { isSettled } from './settled-file.ts'

/** Milliseconds after which the record of a file without one is looked for again. */
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
 * Tells at once whether files are still what they were when they were opened. One lstat(2) takes a few microseconds.
 * Asking the thread pool takes ten times as long. Everything waits meanwhile, so a network's file system is never
 * asked, nor a disk that has answered slowly again and again (`DiskPatience`).
 *
 * Any change shows in what lstat(2) tells, but for bytes that a program writes into a mapped file.
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

  /** Tells of one file whether it is unchanged, each time it is called. `undefined` if a change could go unnoticed. */
  of(file: OpenedFile): (() => boolean) | undefined {
    if (!this.#isAsked) void this.#look()
    // A folder on the way would have to be looked at each time, and whether it is a symlink.
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
        // A record comes with its file, which is settled by now, or by the hand of an operator.
        if (file.entry.record !== undefined || now - recordMissingAt < RECORD_MS) return true
        recordMissingAt = now
        return !existsSync(file.recordPath)
      } catch {
        // EACCES, ENOTDIR, EIO, ...: opening the file tells.
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
      // ENOENT, EACCES: nothing is known of it.
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
