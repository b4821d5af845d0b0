import { lstat } from 'node:fs/promises'
import { hasCode } from './system-error.ts'

/** Whether there is an entry of that name, even a symlink that leads nowhere. Rejects with the system's error. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}
