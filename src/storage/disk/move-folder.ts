import type { DiskCalls } from '../../file/disk-calls.ts'
import { hasCode, isForbidden } from '../../file/system-error.ts'

/**
 * Renames a folder with something in it; false if something has the new name. rename(2) replaces nothing but an empty
 * folder, so looking and taking are one step, and of several processes one succeeds. Rejects with the system's error.
 */
export async function moveFolder(calls: DiskCalls, path: string, target: string): Promise<boolean> {
  try {
    await calls.rename(path, target)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return false
    // ENOTDIR: a file has the name. EPERM, EACCES: a folder has it, on some systems; or this user may not write there.
    if ((hasCode(error, 'ENOTDIR') || isForbidden(error)) && (await calls.exists(target))) return false
    throw error
  }
}
