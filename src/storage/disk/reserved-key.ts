import { join } from 'node:path'
import type { DraftPlace } from './draft-place.ts'
import { makeKeyFolders } from './key-folders.ts'
import { reserve } from './reservation.ts'
import type { Reservation } from './reservation.ts'

/** The transaction that reserves a key. */
interface KeyHolder {
  readonly id: string
  /** The folders that were made for its keys, absolute. New ones are added. */
  readonly folders: string[]
}

/**
 * Reserves a key for a transaction, and makes its folders. `undefined` if a file has the key, or if it is reserved
 * already. Rejects with `name-taken` if a file has the name of a folder on the way, and otherwise with the system's
 * error.
 *
 * Reserves the key first, and then looks whether a file has it. An upload takes its name first, and then looks whether
 * the key is reserved. So at least one of the two sees the other.
 */
export async function reserveKey(
  place: DraftPlace,
  key: string,
  { id, folders }: KeyHolder,
): Promise<Reservation | undefined> {
  const { root, folder } = place
  const reservation = await reserve(folder, key, id)
  if (reservation === undefined) return undefined
  try {
    // Make the folders now. Later, a file could have the name of one of them and prevent publishing for ever.
    folders.push(...(await makeKeyFolders(place, key)))
    if (!(await folder.calls.exists(join(root, key)))) return reservation
  } catch (error) {
    await reservation.release()
    throw error
  }
  await reservation.release()
  return undefined
}
