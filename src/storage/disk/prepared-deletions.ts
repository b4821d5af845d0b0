import { deleteFile } from './deletion.ts'
import { findFile } from './disk-entry.ts'
import type { DraftPlace } from './draft-place.ts'
import type { JournalEntry } from './journal.ts'
import { releaseReserved } from './reservation.ts'

/**
 * Deletes the files that a published transaction is to delete. A file with another version stays. This or another
 * process may have deleted some before. Returns the keys of the files that stay. Rejects with the system's error.
 *
 * @param id of the transaction, by which it reserves keys
 */
export async function deletePrepared(place: DraftPlace, id: string, files: readonly JournalEntry[]): Promise<string[]> {
  const skipped: string[] = []
  for (const { key, version } of files) {
    // The transaction may have tried the key for a file of its own, and the disk may have kept that reservation.
    await releaseReserved(place.folder, key, id)
    if (await deleteFile(place, key, version)) continue
    if ((await findFile(place.root, key)) !== undefined) skipped.push(key)
  }
  return skipped
}
