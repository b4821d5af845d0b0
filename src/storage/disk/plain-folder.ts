import type { BigIntStats } from 'node:fs'
import { lstat, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { newFolder } from '../../file/new-folder.ts'
import { hasCode, isMissing } from '../../file/system-error.ts'

/** The folders on the way to a key, as keys, outermost first. */
export function folderKeysOf(key: string): string[] {
  const folders: string[] = []
  for (let end = key.indexOf('/'); end !== -1; end = key.indexOf('/', end + 1)) folders.push(key.slice(0, end))
  return folders
}

/** The folders on the way to a key, as paths, outermost first. */
export function foldersOf(root: string, key: string): string[] {
  return folderKeysOf(key).map((folder) => join(root, folder))
}

/** The stats of a path, without following symlinks. `undefined`, or the error ENOENT, if there is no such file. */
export type Look = (path: string) => BigIntStats | undefined | Promise<BigIntStats | undefined>

/** Looks by a thread. */
export const lookByThread: Look = (path) => lstat(path, { bigint: true })

/** True if each folder on the way to `key` exists and is not a symlink, which could lead out of `root`. */
export async function hasPlainFolders(root: string, key: string, look: Look = lookByThread): Promise<boolean> {
  for (const folder of foldersOf(root, key)) {
    try {
      if ((await look(folder))?.isDirectory() !== true) return false
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }
  return true
}

/** A file or a symlink has the name of a folder. Its sentence is for the operator. */
export class NotAFolder extends Error {
  /** The key that should be a folder. */
  readonly folder: string

  constructor(path: string, folder: string) {
    super(
      `${path} must be a folder, but it is a file or a symlink. Choose another folder for these files, or move it away.`,
    )
    this.folder = folder
  }
}

/**
 * Makes the folders on the way to `key`. Returns the folders that it made, outermost first. Fails with
 * `NotAFolder` if one of them is a symlink or a file, and otherwise with the system's error.
 *
 * @param mode permissions of the folders that it makes; default: `0o777`, reduced by the umask
 */
export async function makePlainFolders(root: string, key: string, mode: number | undefined): Promise<string[]> {
  const made: string[] = []
  for (const folderKey of folderKeysOf(key)) {
    const folder = join(root, folderKey)
    try {
      await newFolder(folder, mode)
      made.push(folder)
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error
      if ((await lstat(folder)).isDirectory()) continue
      throw new NotAFolder(folder, folderKey)
    }
  }
  return made
}

/** Removes folders that are empty, innermost first. Never rejects. */
export async function removeEmptyFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders.toReversed()) {
    try {
      await rmdir(folder)
    } catch {
      // ENOTEMPTY: another process has put something in. ENOENT, EIO, EROFS, ...: an empty folder does no harm.
    }
  }
}
