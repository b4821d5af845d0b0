import { readFile, rename, rm, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../../file/system-error.ts'
import type { Failures } from '../failures.ts'
import { folderNames } from './folder-names.ts'
import { lastChange } from './owner-judge.ts'
import type { Owner } from './owner.ts'
import { isPrepared } from './prepared-name.ts'

/** The name of a draft is its id. All other files in these folders belong to a draft. */
export const DRAFT_ID: RegExp = /^[\da-f]{32}$/

/** The end of the name of a folder that was taken from its owner. */
const TAKEN = '.taken'

/** If an expiring draft does not say when it expires, it is removed after so many milliseconds without a change. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000

/** The folders of drafts and reservations. */
export interface DraftFolders {
  readonly drafts: string
  readonly expiringDrafts: string
  readonly prepared: string
  readonly reserved: string
  /** This process, which sweeps. */
  readonly owner: Owner
  /** Makes the folder of `owner`. */
  makeOwn(): Promise<void>
}

/** Work on the folder of a former owner, before it is removed. */
export interface SweepWork {
  /** Ends the deletions that the owner of this folder, absolute, had begun. */
  readonly settleDeletions: (folder: string) => Promise<void>
}

/**
 * Removes the drafts whose owner is dead or silent or whose time is over, and the reservations of such owners. Returns
 * the number of drafts. Any number of processes may sweep at once: each draft is counted by the process that took it.
 * If a file cannot be read or removed, it goes on with the others.
 */
export async function sweepDrafts(folders: DraftFolders, work: SweepWork, failures: Failures): Promise<number> {
  let count = await sweepExpired(folders.expiringDrafts, failures)
  count += await sweepOwners(folders, work, failures)
  return count
}

/** Like `sweepDrafts`, but only for drafts that belong to owners. */
export async function sweepOwners(folders: DraftFolders, work: SweepWork, failures: Failures): Promise<number> {
  const { drafts, expiringDrafts, owner, reserved } = folders
  let count = 0
  for (const name of (await failures.during(() => folderNames(drafts))) ?? []) {
    const path = join(drafts, name)
    if (path === expiringDrafts || owner.isOwn(name)) continue
    count += (await failures.during(() => sweepOwner(folders, name, work))) ?? 0
  }
  for (const name of (await failures.during(() => folderNames(reserved))) ?? [])
    await failures.during(() => releaseAbandoned(join(reserved, name), folders))
  return count
}

/**
 * Removes the tokens of owners that are gone from a reservation. Each token has a unique name, so a reservation that is
 * made at the same moment is never touched. The token of a transaction stays as long as the transaction is among the
 * `prepared`. The token of a silent owner stays until the owner's folder was taken. True if no token is left.
 */
export async function releaseAbandoned(reservation: string, folders: DraftFolders): Promise<boolean> {
  let held = false
  for (const token of await folderNames(reservation)) {
    const dot = token.lastIndexOf('.')
    const isOver =
      (await isOverFor(folders.owner, token.slice(0, dot))) &&
      !(await isPrepared(folders.prepared, token.slice(dot + 1)))
    if (isOver) await removeFile(join(reservation, token))
    else held = true
  }
  if (!held) await removeEmptyFolder(reservation)
  return !held
}

async function isOverFor(owner: Owner, name: string): Promise<boolean> {
  if (name === owner.name && !owner.isLost) return false
  return (await owner.judge.isGone(name)) || (await owner.judge.judge(name)).life === 'dead'
}

async function sweepOwner(folders: DraftFolders, name: string, work: SweepWork): Promise<number> {
  const { drafts, owner } = folders
  const { life } = await owner.judge.judge(name)
  if (life === 'alive' || life === 'unknown') return 0
  await folders.makeOwn()
  const taken = join(owner.path, name + TAKEN)
  try {
    // Of several processes that sweep, only one gets the folder. From then on, every path of its former owner is gone.
    await rename(join(drafts, name), taken)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0
    throw error
  }
  return removeTaken(taken, work)
}

async function removeTaken(path: string, work: SweepWork): Promise<number> {
  await work.settleDeletions(path)
  let count = 0
  for (const name of await folderNames(path)) {
    const entry = join(path, name)
    // A folder that another sweep had taken before it was killed.
    if (name.endsWith(TAKEN)) count += await removeTaken(entry, work)
    else if (!DRAFT_ID.test(name)) await rm(entry, { recursive: true, force: true })
    else if (await removeFile(entry)) count++
  }
  await removeEmptyFolder(path)
  return count
}

async function sweepExpired(folder: string, failures: Failures): Promise<number> {
  let count = 0
  const found = (await failures.during(() => folderNames(folder))) ?? []
  for (const id of new Set(found.map((name) => name.slice(0, 32)))) {
    count += (await failures.during(() => removeExpired(join(folder, id)))) ?? 0
  }
  return count
}

async function removeExpired(path: string): Promise<number> {
  if ((await expiry(path)) > Date.now()) return 0
  const isRemoved = await removeFile(path)
  // The `.json` goes last, because only this file says that the others expire.
  await removeFile(`${path}.record`)
  await removeFile(`${path}.json`)
  return isRemoved ? 1 : 0
}

/** When an expiring draft's time is over, in milliseconds since 1970. */
async function expiry(path: string): Promise<number> {
  try {
    const metadata: unknown = JSON.parse(await readFile(`${path}.json`, 'utf8'))
    if (typeof metadata === 'object' && metadata !== null && 'expiresAt' in metadata) {
      const time = typeof metadata.expiresAt === 'string' ? Date.parse(metadata.expiresAt) : Number.NaN
      if (!Number.isNaN(time)) return time
    }
  } catch (error) {
    // A process that was killed while it wrote the metadata leaves no file, or a part of it.
    if (!hasCode(error, 'ENOENT') && !(error instanceof SyntaxError)) throw error
  }
  return Math.max(await lastChange(path), await lastChange(`${path}.json`)) + ABANDONED_AFTER_MS
}

async function removeFile(path: string): Promise<boolean> {
  try {
    await unlink(path)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

async function removeEmptyFolder(path: string): Promise<void> {
  try {
    await rmdir(path)
  } catch (error) {
    // ENOTEMPTY, EEXIST: another process has just put something in. ENOENT: another process swept it first.
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR')) throw error
  }
}
