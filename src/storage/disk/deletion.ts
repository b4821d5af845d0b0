import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exists } from '../../file/exists.ts'
import { flushFolder } from '../../file/folder-flush.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import { toStorageError } from '../../file/storage-error.ts'
import { hasCode, isMissing } from '../../file/system-error.ts'
import { findFile, versionOf } from './disk-entry.ts'
import type { DraftPlace } from './draft-place.ts'
import { folderNames } from './folder-names.ts'
import { putUnderFreeKey } from './free-key.ts'
import { removeFolder } from './prepared-files.ts'
import { isFreeInTime, reserveInTime } from './reservation.ts'

/** The end of the name of a folder that holds a file being deleted, and a note of its key and version. */
const DELETION = '.deletion'

const NOT_OVER = 'The file belongs to a transaction that is not over yet. Try again later.'

interface DeletionNote {
  readonly key: string
  readonly version: string
}

/**
 * Deletes the file of a key. With a `version`, deletes it only if it has that version. False if there is no such file.
 * The record goes last, so a deletion that fails leaves the file with its record. Rejects with the system's error.
 */
export async function deleteFile(place: DraftPlace, key: string, version: string | undefined): Promise<boolean> {
  const { root, durable } = place
  const stats = await findFile(root, key)
  if (stats === undefined || (version !== undefined && versionOf(stats) !== version)) return false
  const isDeleted =
    version === undefined
      ? await deleteAny(place, { key, version: versionOf(stats) })
      : await deleteVersion(place, { key, version })
  if (!isDeleted) return false
  place.doubt(key)
  if (durable) await flushRemoval(dirname(join(root, key)))
  return true
}

/**
 * Ends the deletions that the owner of `folder` had begun. Each file of the version to delete is gone afterwards, and
 * any other file has its key again. Rejects with the system's error.
 */
export async function settleDeletions(place: DraftPlace, folder: string): Promise<void> {
  for (const name of await folderNames(folder)) {
    if (!name.endsWith(DELETION)) continue
    const path = join(folder, name)
    const note = await readNote(path)
    if (note !== undefined) {
      await settle(place, path, note)
      await forget(place, note.key)
    }
    await rm(path, { recursive: true, force: true })
  }
}

/**
 * Deletes the file of any version. If a transaction was cut off while it published, it may publish its file again. Such
 * a file cannot be deleted before the transaction is settled.
 */
async function deleteAny(place: DraftPlace, note: DeletionNote): Promise<boolean> {
  const { root, folder } = place
  if (!(await isFreeInTime(folder, note.key))) throw new Error(NOT_OVER)
  const path = await writeNoteIfPossible(place, note)
  try {
    return (await removeName(join(root, note.key))) && (await forget(place, note.key))
  } finally {
    if (path !== undefined) await removeFolder(place.folder.calls, path)
  }
}

/**
 * Reserves the key first, so that it is not promised to a transaction meanwhile. Then moves the file out of reach, and
 * only then checks its version for the last time. If this process dies, a note tells the next sweep what to delete.
 */
async function deleteVersion(place: DraftPlace, note: DeletionNote): Promise<boolean> {
  const { folder } = place
  await folder.prepare()
  await folder.owner.confirm()
  const reservation = await reserveInTime(folder, note.key)
  if (reservation === undefined) throw new Error(NOT_OVER)
  const path = newDeletion(place)
  try {
    return (await deleteReserved(place, path, note)) && (await forget(place, note.key))
  } finally {
    // If a failing disk leaves the file in the folder, the note stays, too. A sweep gives the file its key back or
    // removes it.
    if (!(await exists(join(path, 'file')))) await removeFolder(place.folder.calls, path)
    await reservation.release()
  }
}

async function deleteReserved(place: DraftPlace, path: string, note: DeletionNote): Promise<boolean> {
  const { root } = place
  const { key, version } = note
  const stats = await findFile(root, key)
  if (stats === undefined || versionOf(stats) !== version) return false
  await writeNote(path, note)
  try {
    await rename(join(root, key), join(path, 'file'))
  } catch (error) {
    if (!isMissing(error)) throw error
    // Another process has just deleted the file, and another file may have its key by now.
    const present = await findFile(root, key)
    if (present === undefined || versionOf(present) !== version) return false
    throw error
  }
  return settle(place, path, note)
}

/** Deletes the file in `path` if it has the version to delete, and returns true. Otherwise gives it its key back. */
async function settle(place: DraftPlace, path: string, { key, version }: DeletionNote): Promise<boolean> {
  const file = join(path, 'file')
  let stats
  try {
    stats = await lstat(file, { bigint: true })
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
  if (versionOf(stats) !== version) {
    await putUnderFreeKey(place, file, key)
    return false
  }
  return removeName(file)
}

async function removeName(path: string): Promise<boolean> {
  try {
    await unlink(path)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/**
 * Removes the record of a file that is gone. The record of another file that has the key by now stays. True in any
 * case, because the file is gone.
 */
async function forget({ records }: DraftPlace, key: string): Promise<true> {
  try {
    await records.delete(key)
  } catch {
    // EIO, EROFS, ...: a record without its file is ignored.
  }
  return true
}

function newDeletion({ folder }: DraftPlace): string {
  return join(folder.ownDrafts, `${randomUUID()}${DELETION}`)
}

async function writeNote(path: string, note: DeletionNote): Promise<void> {
  await mkdir(path, { mode: 0o700 })
  await writeFile(join(path, 'note'), JSON.stringify(note), { mode: 0o600 })
}

/**
 * Writes the note, and returns its folder. On a full disk it returns `undefined`: deleting makes room there, so it must
 * work without a note. If this process dies then, the record may remain.
 */
async function writeNoteIfPossible(place: DraftPlace, note: DeletionNote): Promise<string | undefined> {
  try {
    await place.folder.makeOwn()
    const path = newDeletion(place)
    await writeNote(path, note)
    return path
  } catch (error) {
    // There is no private folder yet, so there are no records either.
    if (hasCode(error, 'ENOENT')) return undefined
    const failure = toStorageError(error)
    if (isUploadError(failure) && failure.code === 'storage-full') return undefined
    throw error
  }
}

/** `undefined` if the process died before it had written the whole note. Then it had not moved the file either. */
async function readNote(path: string): Promise<DeletionNote | undefined> {
  try {
    const note: unknown = JSON.parse(await readFile(join(path, 'note'), 'utf8'))
    if (typeof note !== 'object' || note === null || !('key' in note) || !('version' in note)) return undefined
    return { key: String(note.key), version: String(note.version) }
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined
    throw error
  }
}

async function flushRemoval(folder: string): Promise<void> {
  try {
    await flushFolder(folder)
  } catch (error) {
    // The folder was removed, too, with everything in it.
    if (!isMissing(error)) throw error
  }
}
