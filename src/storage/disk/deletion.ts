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

/** Ends the name of a folder with a file that is being deleted, and a note of what is to be deleted. */
const DELETION = '.deletion'

const NOT_OVER = 'The file belongs to a transaction that is not over yet.'

interface DeletionNote {
  readonly key: string
  readonly version: string
}

/**
 * Deletes what has the key; with a `version` that file and no other. False if there is no such file. The record goes last: a
 * deletion that fails leaves the file as it was. Rejects with the system's error.
 */
export async function deleteFile(place: DraftPlace, key: string, version: string | undefined): Promise<boolean> {
  const { root, durable } = place
  const stats = await findFile(root, key)
  if (stats === undefined || (version !== undefined && versionOf(stats) !== version)) return false
  const isDeleted =
    version === undefined
      ? await deleteAny(place, { key, version: versionOf(stats) })
      : await deleteVersion(place, { key, version })
  if (isDeleted && durable) await flushRemoval(dirname(join(root, key)))
  return isDeleted
}

/**
 * Ends the deletions that the owner of `folder` had begun: each file that was to go is gone then, and any other has its key
 * again. Rejects with the system's error.
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

/** One that a transaction has published and may publish again, since it was cut off, cannot be deleted before that is settled. */
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
 * The key is reserved, so that no transaction is promised it meanwhile; the file is moved out of reach, and only then looked
 * at for the last time. A note says what is to become of it if this process dies.
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
    // What a failing disk leaves in it keeps its note: a sweep gives it its key back, or removes it.
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
    // Another process has deleted it this instant, and another file may have its key by now.
    const present = await findFile(root, key)
    if (present === undefined || versionOf(present) !== version) return false
    throw error
  }
  return settle(place, path, note)
}

/** True if the file in `path` was the one to delete, and is gone now. Else it gets its key back. */
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

/** Removes the record of a file that is gone; true in any case, since the file is gone. One that another file has by now stays. */
async function forget({ records }: DraftPlace, key: string): Promise<true> {
  try {
    await records.delete(key)
  } catch {
    // EIO, EROFS, ...: a record without its file counts for nothing.
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

/** Where the note is. Deleting is what makes room on a full disk: it can do without the note, which a record may outlive then. */
async function writeNoteIfPossible(place: DraftPlace, note: DeletionNote): Promise<string | undefined> {
  try {
    await place.folder.makeOwn()
    const path = newDeletion(place)
    await writeNote(path, note)
    return path
  } catch (error) {
    // Nothing is private here yet, so that there are no records either.
    if (hasCode(error, 'ENOENT')) return undefined
    const failure = toStorageError(error)
    if (isUploadError(failure) && failure.code === 'storage-full') return undefined
    throw error
  }
}

/** `undefined` if the process died before it had written the note: then it had not moved the file. */
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
    // The folder went, too, with all that was in it.
    if (!isMissing(error)) throw error
  }
}
