import type { BigIntStats } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { UploadError } from '../../errors/upload-error.ts'
import { deleteFile } from './deletion.ts'
import { findFile } from './disk-entry.ts'
import type { DraftPlace } from './draft-place.ts'
import type { JournalEntry } from './journal.ts'
import { isReserved, releaseReserved } from './reservation.ts'

/** A file that another transaction is about to publish is looked for so often, with so many milliseconds in between. */
const ATTEMPTS = 1000
const PAUSE_MS = 10

/**
 * Finds the file that a transaction is to delete. Waits if another transaction is about to publish it: a row may name
 * the file already. Rejects with `overloaded` if that takes longer than ten seconds, or with the system's error.
 *
 * @param isOwn whether the transaction itself is about to publish it
 */
export async function findToDelete(
  { root, folder }: DraftPlace,
  key: string,
  isOwn: boolean,
): Promise<BigIntStats | undefined> {
  const found = await findFile(root, key)
  if (found !== undefined || isOwn) return found
  for (let attempt = 1; ; attempt++) {
    // In this order: the other transaction publishes the file, and then gives the key back.
    const isPromised = await isReserved(folder, key)
    const stats = await findFile(root, key)
    if (stats !== undefined || !isPromised) return stats
    if (attempt === ATTEMPTS) throw new UploadError('overloaded', {})
    await wait(PAUSE_MS)
  }
}

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
