import { lstat } from 'node:fs/promises'
import { makePlainFolders } from './plain-folder.ts'
import type { PrivateFolder } from './private-folder.ts'
import { isReserved, reserve } from './reservation.ts'
import { pathIn } from '../../file/path-in.ts'
import { toStorageError } from '../../file/storage-error.ts'
import { hasCode } from '../../file/system-error.ts'

/** Tries again where an emptied folder was removed between making it and using it. */
const ATTEMPTS = 3

/** A draft, and the name that it is to have. */
export interface Publication {
  /** Where the draft is, absolute. */
  readonly draft: string
  /** The folder of the stored files, absolute. */
  readonly root: string
  readonly key: string
  readonly folder: PrivateFolder
  /** What is to be done while the name is new; where it rejects, the name is taken back. */
  readonly settle: () => Promise<void>
}

/**
 * Gives a draft its name, in one step and only if nothing has that name, be it a folder or a symlink that leads nowhere.
 * False when it is taken. The draft's own name may be left over. Rejects with the system's error, or with that of
 * `settle`, and then the draft is where it was.
 */
export async function publishFile(publication: Publication): Promise<boolean> {
  const { root, key, folder } = publication
  const give = (await folder.canLink()) ? linkTo : moveTo
  for (let attempt = 1; ; attempt++) {
    if (key.includes('/')) await makePlainFolders(root, key)
    try {
      return await give(publication, pathIn(root, key))
    } catch (error) {
      if (!hasCode(error, 'ENOENT') || attempt === ATTEMPTS) throw error
      // It may as well be a private folder that somebody removed.
      await folder.restore()
    }
  }
}

async function linkTo({ draft, key, folder, settle }: Publication, target: string): Promise<boolean> {
  try {
    await folder.calls.link(draft, target)
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
  const takeBack = async (): Promise<void> => {
    if (await isSame(draft, target)) await folder.calls.unlink(target)
  }
  // Looked at after linking: a transaction reserves first and then looks whether the name is free, so that of the two at
  // least one sees the other.
  let isPromised
  try {
    isPromised = await isReserved(folder, key)
    if (!isPromised) await settle()
  } catch (error) {
    throw await takenBack(error, takeBack)
  }
  if (isPromised) await takeBack()
  return !isPromised
}

/** rename(2) overwrites, so the name is looked at while nobody else can take it. */
async function moveTo({ draft, key, folder, settle }: Publication, target: string): Promise<boolean> {
  const reservation = await reserve(folder, key)
  if (reservation === undefined) return false
  try {
    if (await folder.calls.exists(target)) return false
    await folder.calls.rename(draft, target)
    try {
      await settle()
    } catch (error) {
      throw await takenBack(error, () => folder.calls.rename(target, draft))
    }
    return true
  } finally {
    await reservation.release()
  }
}

/** Takes a name back after a failure; the failure, as it is told. */
async function takenBack(failure: unknown, takeBack: () => void | Promise<void>): Promise<Error> {
  try {
    await takeBack()
  } catch {
    // ENOENT: deleted meanwhile. EIO, EROFS, ...: the name stays, and nobody was told that it would.
  }
  return toStorageError(failure)
}

/** Whether two names are those of one file: a new name may have been deleted meanwhile, and given to another file. */
export async function isSame(path: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([lstat(path, { bigint: true }), lstat(other, { bigint: true })])
  return one.ino === two.ino && one.dev === two.dev
}
