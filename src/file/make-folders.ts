import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { newFolder } from './new-folder.ts'
import { hasCode } from './system-error.ts'

/**
 * Makes a folder, and those above it, if there are none. Fails with the system's error. Node's own `recursive` would
 * try for ever if a folder takes no others and says ENOENT to it, as `/proc` does.
 *
 * @param mode permissions of the new folders; default: those that the umask leaves of `0o777`
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
    // EEXIST, or EROFS, EPERM, EISDIR: systems differ in the error for an existing folder.
    if (hasCode(error, 'ENOENT') || !(await isFolder(path))) throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    // ENOENT, ENOTDIR, ELOOP, EACCES: in every case files cannot be kept in it.
    return false
  }
}
