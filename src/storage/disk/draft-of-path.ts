import { lstat, realpath, unlink } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { geteuid } from 'node:process'
import { isMissing } from '../../file/system-error.ts'
import type { PathDraft, SealedDraft } from '../draft.ts'
import { toEntry, versionOf } from './disk-entry.ts'
import { copiedDraft, linkedDraft } from './draft-of-file.ts'
import type { DraftPlace } from './draft-place.ts'
import { OpenDiskFile, openPlainFile } from './open-disk-file.ts'
import type { FoundFile } from './open-disk-file.ts'

/** The bits of a mode that are permissions. */
const PERMISSIONS = 0o7777n

/**
 * A sealed draft of a file that is not a stored file. Rejects with the system's error.
 *
 * @throws {TypeError} for a path without a regular file, and for a path in the folder of the storage.
 */
export async function draftOfPath(place: DraftPlace, path: string): Promise<PathDraft> {
  if (typeof path !== 'string' || path === '') throw new TypeError('The path of the file must be a string.')
  const absolute = resolve(path)
  const found = await openPlainFile(absolute)
  if (found === undefined) throw new TypeError(`There is no regular file at ${absolute}: not even a symlink will do.`)
  const file = new OpenDiskFile(toEntry('', found.stats, undefined), found.file, undefined)
  try {
    await requireOutside(place.root, absolute)
    const sealed = await draftOf(place, absolute, found, file)
    const { version } = file.entry
    return {
      sealed,
      filename: basename(absolute),
      isThere: () => isThere(absolute, version),
      remove: () => remove(absolute, version),
    }
  } finally {
    await file.close()
  }
}

async function draftOf(place: DraftPlace, path: string, found: FoundFile, file: OpenDiskFile): Promise<SealedDraft> {
  const linked = isOurs(found) ? await linkedDraft(place, path, found) : 'no links'
  if (linked === 'no links') return copiedDraft(place, file)
  if (linked === undefined) throw new TypeError(`${path} was changed or removed while it was taken over.`)
  try {
    if ((found.stats.mode & PERMISSIONS) !== BigInt(place.mode))
      await place.folder.calls.changeMode(found.file, place.mode)
    return linked
  } catch (error) {
    await linked.discard()
    throw error
  }
}

/**
 * Whether no other user and no other name can change the bytes. Otherwise only a copy is safe: a link would share the
 * bytes with them.
 */
function isOurs({ stats }: FoundFile): boolean {
  const user = geteuid?.()
  return stats.nlink === 1n && (user === undefined || stats.uid === BigInt(user))
}

/** A stored file has a record, and may have other versions: it is adopted by its key. */
async function requireOutside(root: string, path: string): Promise<void> {
  const folder = await realpath(dirname(path))
  let inside
  try {
    inside = await realpath(root)
  } catch (error) {
    // The first draft makes the folder.
    if (isMissing(error)) return
    throw error
  }
  if (!`${folder}${sep}`.startsWith(join(inside, sep))) return
  throw new TypeError(`${path} lies in the folder of the storage. Adopt a stored file by its set and key.`)
}

async function isThere(path: string, version: string): Promise<boolean> {
  try {
    return versionOf(await lstat(path, { bigint: true })) === version
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

async function remove(path: string, version: string): Promise<boolean> {
  if (!(await isThere(path, version))) return false
  try {
    await unlink(path)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}
