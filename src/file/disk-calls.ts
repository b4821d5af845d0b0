import * as fs from 'node:fs'
import type { BigIntStats, Dir, Dirent } from 'node:fs'
import { promisify } from 'node:util'
import { DiskPatience } from './disk-patience.ts'
import { exists } from './exists.ts'
import { hasCode } from './system-error.ts'

const open = promisify(fs.open)
const close = promisify(fs.close)
const fstat = promisify(fs.fstat)
const fchmod = promisify(fs.fchmod)
const link = promisify(fs.link)
const lstat = promisify(fs.lstat)
const unlink = promisify(fs.unlink)
const rename = promisify(fs.rename)
const mkdir = promisify(fs.mkdir)
const rmdir = promisify(fs.rmdir)

/** The number of links of a folder without folders in it. */
const NO_FOLDERS = 2

/**
 * System calls on names and on small pieces of files. They are made at once as long as the patience with the disk
 * lasts, otherwise by threads. Each gives a value or a promise of it; `await` takes both.
 */
export class DiskCalls {
  readonly #patience = new DiskPatience()

  /** The same as `DiskPatience.look`. */
  look(folder: string): Promise<void> {
    return this.#patience.look(folder)
  }

  open(path: string, flags: number, mode?: number): number | Promise<number> {
    return this.#patience.lasts ? this.#atOnce(() => fs.openSync(path, flags, mode)) : open(path, flags, mode)
  }

  close(file: number): void | Promise<void> {
    return this.#patience.lasts ? this.#atOnce(() => fs.closeSync(file)) : close(file)
  }

  stat(file: number): BigIntStats | Promise<BigIntStats> {
    return this.#patience.lasts
      ? this.#atOnce(() => fs.fstatSync(file, { bigint: true }))
      : fstat(file, { bigint: true })
  }

  changeMode(file: number, mode: number): void | Promise<void> {
    return this.#patience.lasts ? this.#atOnce(() => fs.fchmodSync(file, mode)) : fchmod(file, mode)
  }

  link(path: string, target: string): void | Promise<void> {
    return this.#patience.lasts ? this.#atOnce(() => fs.linkSync(path, target)) : link(path, target)
  }

  unlink(path: string): void | Promise<void> {
    return this.#patience.lasts ? this.#atOnce(() => fs.unlinkSync(path)) : unlink(path)
  }

  rename(path: string, target: string): void | Promise<void> {
    return this.#patience.lasts ? this.#atOnce(() => fs.renameSync(path, target)) : rename(path, target)
  }

  /** Makes a private folder, which must not be there yet. */
  makeFolder(path: string): void | Promise<void> {
    return this.#patience.lasts ? this.#atOnce(() => fs.mkdirSync(path, { mode: 0o700 })) : makeByThread(path)
  }

  /** Removes an empty folder. */
  removeFolder(path: string): void | Promise<void> {
    return this.#patience.lasts ? this.#atOnce(() => fs.rmdirSync(path)) : rmdir(path)
  }

  /** Whether there is an entry of that name, even a symlink that leads nowhere. */
  exists(path: string): boolean | Promise<boolean> {
    if (!this.#patience.lasts) return exists(path)
    return this.#atOnce(() => fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined)
  }

  /** The facts about the entry of that name; `undefined` if there is none. */
  find(path: string): BigIntStats | undefined | Promise<BigIntStats | undefined> {
    if (!this.#patience.lasts) return findByThread(path)
    return this.#atOnce(() => fs.lstatSync(path, { bigint: true, throwIfNoEntry: false }))
  }

  /**
   * True if the number of its links shows that a folder has no folders in it. A folder has one link for its name, one
   * for its `.`, and one for the `..` of each folder in it. On file systems that do not count these, it has fewer
   * links, so the result is false.
   */
  hasNoFolders(folder: string): boolean {
    if (!this.#patience.lasts) return false
    return this.#atOnce(() => fs.lstatSync(folder, { throwIfNoEntry: false })?.nlink === NO_FOLDERS)
  }

  /** The next entries of an open folder, `count` of them; fewer at its end. */
  readEntries(folder: Dir, count: number): Dirent[] | Promise<Dirent[]> {
    if (!this.#patience.lasts) return entriesByThread(folder, count)
    return this.#atOnce(() => {
      const entries: Dirent[] = []
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        entries.push(entry)
        if (entries.length === count) break
      }
      return entries
    })
  }

  /** Writes at `position`; the number of bytes that the system took. */
  write(file: number, chunks: readonly Uint8Array[], position: number): number | Promise<number> {
    return this.#patience.lasts
      ? this.#atOnce(() => fs.writevSync(file, chunks, position))
      : writeByThread(file, chunks, position)
  }

  #atOnce<Result>(call: () => Result): Result {
    const start = performance.now()
    try {
      return call()
    } finally {
      // A failing disk is the slowest of all: it tries for seconds before it reports an error.
      this.#patience.heed(start)
    }
  }
}

async function makeByThread(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 })
}

async function findByThread(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true })
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

async function entriesByThread(folder: Dir, count: number): Promise<Dirent[]> {
  const entries: Dirent[] = []
  for (let entry = await folder.read(); entry !== null; entry = await folder.read()) {
    entries.push(entry)
    if (entries.length === count) break
  }
  return entries
}

// Not `promisify`: for these two it gives an object on Node, and for `writev` a bare number on Deno.

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
