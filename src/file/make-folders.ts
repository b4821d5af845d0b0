import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hasCode } from './system-error.ts'

/**
 * Makes a folder, and those above it, where there are none. Fails with the system's error; Node's own `recursive` would try
 * for ever where a folder takes no others and says ENOENT to it, as `/proc` does.
 */
export async function makeFolders(path: string): Promise<void> {
  try {
    await makeFolder(path)
  } catch (error) {
    const parent = dirname(path)
    if (!hasCode(error, 'ENOENT') || parent === path) throw error
    await makeFolders(parent)
    await makeFolder(path)
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    // EEXIST, or EROFS, EPERM, EISDIR: for one that is there, each system has its own.
    if (hasCode(error, 'ENOENT') || !(await isFolder(path))) throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    // ENOENT, ENOTDIR, ELOOP, EACCES: whatever it is, nothing can be kept in it.
    return false
  }
}
