import type { DiskCalls } from '../../file/disk-calls.ts'
import { hasCode, isForbidden } from '../../file/system-error.ts'

/**
 * Renames a folder that is not empty. False if the new name is taken. rename(2) replaces only an empty folder, so the
 * check and the rename are one step. If several processes try it, one succeeds. Rejects with the system's error.
 */
export async function moveFolder(calls: DiskCalls, path: string, target: string): Promise<boolean> {
  try {
    await calls.rename(path, target)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return false
    // ENOTDIR: a file has the name. EPERM, EACCES: a folder has it, on some systems; otherwise a permission is missing.
    if ((hasCode(error, 'ENOTDIR') || isForbidden(error)) && (await calls.exists(target))) return false
    throw error
  }
}
