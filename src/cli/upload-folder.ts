import { access, constants, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { platform } from 'node:process'
import { causesOf } from './causes.ts'
import { CommandError } from './command-error.ts'
import { folderStorage } from './file-storage.ts'

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EEXIST', 'it is a file; choose another folder'],
  ['ENOTDIR', 'a part of the path is a file; choose another folder'],
  ['ENOENT', 'it cannot be created there; choose another folder'],
  ['EACCES', 'this user may not write there; change its permissions or choose another folder'],
  ['EPERM', 'this user may not write there; change its permissions or choose another folder'],
  ['EROFS', 'the disk is read-only; choose a folder on another disk'],
  ['ENOSPC', 'the disk is full; make space or choose a folder on another disk'],
])

interface UploadFolderOptions {
  /** Whether other users of the machine are kept out of it. */
  readonly isPrivate: boolean
  /** Called with a sentence about a fault that the operator should correct, though the server can start. */
  readonly warn: (text: string) => void
}

/**
 * Makes the folder if there is none, and makes sure that files can be kept in it. Removes or settles the leftovers of
 * runs that were killed. Resolves to its absolute path.
 *
 * @throws {CommandError} if files cannot be kept in it.
 */
export async function uploadFolder(path: string, { isPrivate, warn }: UploadFolderOptions): Promise<string> {
  const folder = resolve(path)
  const storage = folderStorage(folder, { isPrivate })
  // The steps of a first upload.
  const draft = storage.createDraft()
  try {
    await draft.flush()
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new CommandError(`${path} cannot be the upload folder: ${reasonOf(error)}`, 2, { cause: error })
  } finally {
    await draft.discard()
  }
  try {
    // By the same storage: another would not wait for the transactions that this one has begun to settle.
    await storage.sweep()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    warn(['some leftovers of former runs are not removed', error.message, ...causesOf(error)].join(': '))
  }
  await storage.close()
  if (isPrivate && (await isOpenToOthers(folder))) {
    warn(`other users of this machine can look into ${path}; run chmod 700 to keep them out`)
  }
  return folder
}

/** Whether the folder lets other users see its names, and files of former runs. It may be older than this run. */
async function isOpenToOthers(folder: string): Promise<boolean> {
  return platform !== 'win32' && ((await stat(folder)).mode & 0o077) !== 0
}

/** The system's error, which is the cause of the storage's error. */
function reasonOf(error: Error): string {
  const system = error.cause instanceof Error ? error.cause : error
  return REASONS.get('code' in system ? String(system.code) : '') ?? system.message
}
