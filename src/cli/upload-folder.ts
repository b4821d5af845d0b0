import { access, constants } from 'node:fs/promises'
import { resolve } from 'node:path'
import { diskStorage } from '../disk.ts'
import { causesOf } from './causes.ts'
import { CommandError } from './command-error.ts'

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EEXIST', 'it is a file'],
  ['ENOTDIR', 'a part of the path is a file'],
  ['ENOENT', 'there can be no such folder'],
  ['EACCES', 'this user may not write there'],
  ['EPERM', 'this user may not write there'],
  ['EROFS', 'the disk is read-only'],
  ['ENOSPC', 'the disk is full'],
])

/**
 * Makes the folder where there is none, sees that files can be kept in it, and removes or settles what a run that was
 * killed left behind; its absolute path.
 *
 * @param warn told if something of that could not be removed: files can be kept all the same
 * @throws {CommandError} if they cannot.
 */
export async function uploadFolder(path: string, warn: (text: string) => void): Promise<string> {
  const folder = resolve(path)
  const storage = diskStorage(folder)
  // What a first upload does.
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
    // By the same storage: another would not wait for what this one has begun to settle.
    await storage.sweep()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    warn(['what former runs left is not all removed', error.message, ...causesOf(error)].join(': '))
  }
  await storage.close()
  return folder
}

/** What the system says, which the storage has as its cause. */
function reasonOf(error: Error): string {
  const system = error.cause instanceof Error ? error.cause : error
  return REASONS.get('code' in system ? String(system.code) : '') ?? system.message
}
