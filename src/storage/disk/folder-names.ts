import { readdir } from 'node:fs/promises'
import { hasCode } from '../../file/system-error.ts'

/** The names in a folder. The list is empty if there is no such folder. Rejects with the system's error. */
export async function folderNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    // The folder is not made yet, or another process swept it first.
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}
