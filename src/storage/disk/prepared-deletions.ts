import { deleteFile } from './deletion.ts'
import { findFile } from './disk-entry.ts'
import type { DraftPlace } from './draft-place.ts'
import type { JournalEntry } from './journal.ts'

/**
 * Deletes the files that a published transaction is to delete. A file with another version stays. This or another
 * process may have deleted some before. Returns the keys of the files that stay. Rejects with the system's error.
 */
export async function deletePrepared(place: DraftPlace, files: readonly JournalEntry[]): Promise<string[]> {
  const skipped: string[] = []
  for (const { key, version } of files) {
    if (await deleteFile(place, key, version)) continue
    if ((await findFile(place.root, key)) !== undefined) skipped.push(key)
  }
  return skipped
}
