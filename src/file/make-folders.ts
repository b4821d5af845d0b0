import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { newFolder } from './new-folder.ts'
import { hasCode } from './system-error.ts'

/**
 * Makes a folder, and the folders above it, if they do not exist. Fails with the system's error. It does not use Node's
 * `recursive`: that would try for ever in a folder such as `/proc`, which refuses new folders with ENOENT.
 *
 * @param mode permissions of the new folders; default: `0o777`, reduced by the umask
 */
export async function makeFolders(path: string, mode?: number): Promise<void> {
  try {
    await makeFolder(path, mode)
  } catch (error) {
    const parent = dirname(path)
    if (!hasCode(error, 'ENOENT') || parent === path) throw error
    await makeFolders(parent, mode)
    await makeFolder(path, mode)
  }
}

async function makeFolder(path: string, mode: number | undefined): Promise<void> {
  try {
    await newFolder(path, mode)
  } catch (error) {
    // EEXIST, EROFS, EPERM, EISDIR: systems use different errors for an existing folder.
    if (hasCode(error, 'ENOENT') || !(await isFolder(path))) throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    // ENOENT, ENOTDIR, ELOOP, EACCES: in every case, the path cannot hold files.
    return false
  }
}
