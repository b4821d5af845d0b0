import { access, constants, mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CommandError } from './command-error.ts'

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EEXIST', 'it is a file'],
  ['ENOTDIR', 'a part of the path is a file'],
  ['EACCES', 'this user may not write there'],
  ['EPERM', 'this user may not write there'],
  ['EROFS', 'the disk is read-only'],
  ['ENOSPC', 'the disk is full'],
])

/**
 * Makes the folder where there is none, and sees that files can be kept in it; its absolute path.
 *
 * @throws {CommandError} where they cannot.
 */
export async function uploadFolder(path: string): Promise<string> {
  const folder = resolve(path)
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return folder
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const code = 'code' in error ? String(error.code) : ''
    throw new CommandError(`${path} cannot be the upload folder: ${REASONS.get(code) ?? error.message}`, 2, {
      cause: error,
    })
  }
}
