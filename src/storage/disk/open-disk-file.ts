import { close, constants, fstat, open } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { checkByteRange } from '../byte-range.ts'
import type { CacheableFile } from '../cache/cached-storage.ts'
import type { StorageEntry } from '../storage.ts'
import { findFile } from './disk-entry.ts'
import { FileRange } from '../../file/file-range.ts'
import { isMissing } from '../../file/system-error.ts'

const closeFile = promisify(close)
const statFile = promisify(fstat)
const openFile = promisify(open)

/** The flags to open stored files. Without `O_NONBLOCK`, opening a FIFO would wait for a process that writes to it. */
const READ_ONLY: number = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** A file that was opened, and its stats. */
export interface FoundFile {
  readonly file: number
  readonly stats: BigIntStats
}

/** Opens a regular file to which no symlink leads; `undefined` for anything else. Rejects with the system's error. */
export function openStoredFile(root: string, key: string): Promise<FoundFile | undefined> {
  return openPlainFile(join(root, key), (stats) => isWhereItSeems(root, key, stats))
}

/**
 * Opens a regular file; `undefined` for anything else, also for a symlink. Rejects with the system's error.
 *
 * @param isRight a further condition. Default: none
 */
export async function openPlainFile(
  path: string,
  isRight: (stats: BigIntStats) => boolean | Promise<boolean> = () => true,
): Promise<FoundFile | undefined> {
  let file
  try {
    file = await openFile(path, READ_ONLY)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  try {
    const stats = await statFile(file, { bigint: true })
    if (stats.isFile() && (await isRight(stats))) return { file, stats }
  } catch (error) {
    await closeFile(file)
    throw error
  }
  await closeFile(file)
  return undefined
}

/** `O_NOFOLLOW` refuses a symlink only as the last segment. A folder on the way may still be a symlink. */
async function isWhereItSeems(root: string, key: string, stats: BigIntStats): Promise<boolean> {
  if (!key.includes('/')) return true
  const found = await findFile(root, key)
  return found !== undefined && found.ino === stats.ino && found.dev === stats.dev
}

/** An open file, as callers of the storage see it. */
export class OpenDiskFile implements CacheableFile {
  readonly entry: StorageEntry
  readonly isCurrent: (() => boolean) | undefined
  readonly #file: number
  #range: FileRange | undefined
  #closed = false

  constructor(entry: StorageEntry, file: number, isCurrent: (() => boolean) | undefined) {
    this.entry = entry
    this.#file = file
    this.isCurrent = isCurrent
  }

  stream(start: number = 0, end: number = this.entry.size): AsyncIterable<Uint8Array> {
    if (this.#range !== undefined || this.#closed) throw new TypeError('The file was read or closed already.')
    checkByteRange(start, end, this.entry.size)
    this.#range = new FileRange(this.#file, start, end)
    return this.#range
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await (this.#range ?? new FileRange(this.#file, 0, 0)).return()
  }
}
