import { readdir } from 'node:fs/promises'
import { hasCode } from '../../file/system-error.ts'

/** The names in a folder; none if there is no such folder. Rejects with the system's error. */
export async function folderNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    // Not made yet, or another process swept it first.
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}
