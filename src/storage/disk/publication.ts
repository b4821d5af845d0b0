import type { BigIntStats } from 'node:fs'
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
  /** Of the draft: how it is known again under its name. */
  readonly stats: FileIdentity
  /** The folder of the stored files, absolute. */
  readonly root: string
  readonly key: string
  readonly folder: PrivateFolder
  /** Whether it has lost a name before, to which it may have been moved. */
  readonly wasLost: boolean
  /** What is to be done while the name is new; true if there was something. If it rejects, the name is taken back. */
  readonly settle: () => Promise<boolean>
  /** Takes the name back, if it still is that of the draft. */
  readonly withdraw: () => Promise<unknown>
}

/** What makes a file that file, whatever it is called. */
export type FileIdentity = Pick<BigIntStats, 'ino' | 'dev'>

/** `lost`: the draft had the name, and another file has it now, to which the name was promised. */
export type Outcome = 'published' | 'taken' | 'lost'

/**
 * Gives a draft its name, in one step and only if nothing has that name, be it a folder or a symlink that leads nowhere.
 * The draft's own name may be left over. Rejects with the system's error, or with that of `settle`, and then the draft is
 * where it was.
 */
export async function publishFile(publication: Publication): Promise<Outcome> {
  const { root, key, folder } = publication
  const give = (await folder.canLink()) ? linkTo : moveTo
  for (let attempt = 1; ; attempt++) {
    if (key.includes('/')) await makePlainFolders(root, key, folder.folderMode)
    // Comparing two clocks, nearly always: the process may have been stopped for so long that it counts as dead.
    await folder.owner.confirm()
    try {
      return await give(publication, pathIn(root, key))
    } catch (error) {
      if (!hasCode(error, 'ENOENT') || attempt === ATTEMPTS) throw error
      // It may as well be a private folder that somebody removed.
      await folder.restore()
    }
  }
}

async function linkTo(publication: Publication, target: string): Promise<Outcome> {
  const { draft, key, folder, wasLost, settle, withdraw } = publication
  const isOwn = async (): Promise<boolean> => isSame(publication.stats, await folder.calls.find(target))
  try {
    await folder.calls.link(draft, target)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    if (!wasLost || !(await isOwn())) return 'taken'
  }
  // Looked at after linking: a transaction reserves first and then looks whether the name is free, so that of the two at
  // least one sees the other. One that is over by now may have moved this file away from the name that it was promised.
  try {
    if (await isReserved(folder, key)) return (await withdrawLink(publication, target)) ? 'taken' : 'lost'
    if (!(await isOwn())) return 'lost'
    return !(await settle()) || (await isOwn()) ? 'published' : 'lost'
  } catch (error) {
    throw await takenBack(error, withdraw)
  }
}

/**
 * Takes a link back from a name that is promised; false if another file has the name. Nothing else removes or replaces the link
 * meanwhile: the transaction waits for it, and a deletion for the transaction.
 */
async function withdrawLink({ stats, folder }: Publication, target: string): Promise<boolean> {
  if (!isSame(stats, await folder.calls.find(target))) return false
  await folder.calls.unlink(target)
  return true
}

/** rename(2) overwrites, so the name is looked at while nobody else can take it. */
async function moveTo({ draft, key, folder, settle }: Publication, target: string): Promise<Outcome> {
  const reservation = await reserve(folder, key)
  if (reservation === undefined) return 'taken'
  try {
    if (await folder.calls.exists(target)) return 'taken'
    await folder.calls.rename(draft, target)
    try {
      await settle()
    } catch (error) {
      throw await takenBack(error, async () => folder.calls.rename(target, draft))
    }
    return 'published'
  } finally {
    await reservation.release()
  }
}

/** Takes a name back after a failure; the failure, as it is told. */
async function takenBack(failure: unknown, takeBack: () => Promise<unknown>): Promise<Error> {
  try {
    await takeBack()
  } catch {
    // ENOENT: deleted meanwhile. EIO, EROFS, ...: the name stays, and nobody was told that it would.
  }
  return toStorageError(failure)
}

/** Whether two names are those of one file. */
export function isSame(file: FileIdentity, other: FileIdentity | undefined): boolean {
  return other !== undefined && file.ino === other.ino && file.dev === other.dev
}
