import { hash, randomUUID } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { DiskCalls } from '../../file/disk-calls.ts'
import { writeNewFile } from './new-file.ts'
import { releaseAbandoned } from './draft-sweep.ts'
import { foldKey } from './fold-key.ts'
import { moveFolder } from './move-folder.ts'
import type { PrivateFolder } from './private-folder.ts'
import { pathIn } from '../../file/path-in.ts'
import { hasCode } from '../../file/system-error.ts'

/** If another process holds a key for a moment, the key is tried so often, with so many milliseconds in between. */
const ATTEMPTS = 40
const PAUSE_MS = 5

/** A name that no other process takes until it is released. */
export interface Reservation {
  release(): Promise<void>
}

/** Like `reserve`, but waits if another process holds the key for a moment. `undefined` if that takes too long. */
export async function reserveInTime(folder: PrivateFolder, key: string): Promise<Reservation | undefined> {
  for (let attempt = 1; ; attempt++) {
    const reservation = await reserve(folder, key)
    if (reservation !== undefined || attempt === ATTEMPTS) return reservation
    await wait(PAUSE_MS)
  }
}

/** Whether the key is not reserved. Waits if another process holds it for a moment. */
export async function isFreeInTime(folder: PrivateFolder, key: string): Promise<boolean> {
  for (let attempt = 1; await isReserved(folder, key); attempt++) {
    if (attempt === ATTEMPTS) return false
    await wait(PAUSE_MS)
  }
  return true
}

/**
 * Reserves a key among all processes, without hard links. `undefined` if another holder has it. Keys that some file
 * system takes for the same share one reservation: upper and lower case, composed and decomposed letters.
 *
 * A reservation is a folder that holds its holder's token. It is made aside and renamed into its place. A rename(2)
 * fails if the place has a folder that is not empty, and replaces an empty one. So the check and the taking are one
 * step. The token of a dead holder is removed by its name, which no living holder's token has.
 *
 * @param id of the transaction that reserves the key. After it is prepared, the reservation outlives its holder
 */
export async function reserve(
  folder: PrivateFolder,
  key: string,
  id: string = randomUUID(),
): Promise<Reservation | undefined> {
  const path = reservationPath(folder, key)
  const token = `${folder.owner.name}.${id}`
  const prepared = join(folder.ownDrafts, `${randomUUID()}.reservation`)
  let isOurs = false
  await folder.calls.makeFolder(prepared)
  try {
    await writeNewFile(folder.calls, join(prepared, token), '', false)
    isOurs = await take(folder, prepared, path)
    // The holder may be dead.
    if (!isOurs && (await releaseAbandoned(path, folder))) isOurs = await take(folder, prepared, path)
  } finally {
    if (!isOurs) await rm(prepared, { recursive: true, force: true })
  }
  if (!isOurs) return undefined
  return { release: () => release(folder.calls, path, token) }
}

/** Whether the key has a reservation that still counts. */
export async function isReserved(folder: PrivateFolder, key: string): Promise<boolean> {
  // Nearly always, there are no reservations at all. One look at their folder costs less than looks at a missing name.
  if (folder.calls.hasNoFolders(folder.reserved)) return false
  const path = reservationPath(folder, key)
  if (!(await folder.calls.exists(path))) return false
  return !(await releaseAbandoned(path, folder))
}

/** Ends the reservation of a transaction, whichever process held it. Never rejects. */
export async function releaseReserved(folder: PrivateFolder, key: string, id: string): Promise<void> {
  const path = reservationPath(folder, key)
  try {
    const tokens = await readdir(path)
    await Promise.all(
      tokens.filter((token) => token.endsWith(`.${id}`)).map((token) => release(folder.calls, path, token)),
    )
  } catch {
    // ENOENT: released already. EIO, EACCES, ...: as in `release`.
  }
}

/** Moves the folder to its place, even if an operator has removed the folder of the reservations. */
async function take(folder: PrivateFolder, prepared: string, path: string): Promise<boolean> {
  try {
    return await moveFolder(folder.calls, prepared, path)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    await folder.restore()
    return moveFolder(folder.calls, prepared, path)
  }
}

async function release(calls: DiskCalls, path: string, token: string): Promise<void> {
  try {
    await calls.unlink(join(path, token))
    await calls.removeFolder(path)
  } catch {
    // ENOTEMPTY, ENOENT: the next holder was quicker. EIO, EACCES, ...: a sweep releases the key after this process.
  }
}

/** The folder with the tokens of the holders of a key, absolute. */
export function reservationPath(folder: PrivateFolder, key: string): string {
  return pathIn(folder.reserved, hash('sha256', foldKey(key)))
}
