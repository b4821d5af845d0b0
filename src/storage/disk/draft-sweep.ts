import { lstat, readFile, readdir, rm, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../../file/exists.ts'
import { isDead } from '../../file/process-owner.ts'
import { hasCode } from '../../file/system-error.ts'

/** A draft's name is its id; everything else in these folders is a draft's company. */
export const DRAFT_ID: RegExp = /^[\da-f]{32}$/

/**
 * Where nobody can tell whether an owner lives (another container, no `/proc`), it counts as dead when nothing of its
 * has changed for this long: a request that sends no byte for a day is gone.
 */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000

/** Where drafts and reservations live. */
export interface DraftFolders {
  readonly drafts: string
  readonly expiringDrafts: string
  readonly prepared: string
  readonly reserved: string
}

/**
 * Removes the drafts whose owner is dead or whose time is over, and reservations of dead owners; the number of drafts.
 * Any number of processes may sweep at once: each file is counted by the one that removed it.
 */
export async function sweepDrafts(folders: DraftFolders): Promise<number> {
  let count = await sweepExpired(folders.expiringDrafts)
  for (const owner of await names(folders.drafts)) {
    const path = join(folders.drafts, owner)
    if (path === folders.expiringDrafts || !(await isAbandoned(owner, path))) continue
    count += await removeOwner(path)
  }
  for (const name of await names(folders.reserved))
    await releaseAbandoned(join(folders.reserved, name), folders.prepared)
  return count
}

/**
 * Takes the tokens of dead owners out of a reservation. Each is removed by its own, unique name, so that a
 * reservation made this instant is never touched. What a transaction reserved is held as long as that is among the
 * `prepared`. True when nobody holds it any more.
 */
export async function releaseAbandoned(reservation: string, prepared: string): Promise<boolean> {
  let held = false
  for (const token of await names(reservation)) {
    const dot = token.lastIndexOf('.')
    const path = join(reservation, token)
    const isOver =
      (await isAbandoned(token.slice(0, dot), path)) && !(await exists(join(prepared, token.slice(dot + 1))))
    if (isOver) await removeFile(path)
    else held = true
  }
  if (!held) await removeEmptyFolder(reservation)
  return !held
}

/** Whether nobody is left who could finish what `owner` began at `path`. */
export async function isAbandoned(owner: string, path: string): Promise<boolean> {
  return (await isDead(owner)) ?? (await lastChange(path)) < Date.now() - ABANDONED_AFTER_MS
}

async function removeOwner(path: string): Promise<number> {
  let count = 0
  for (const name of await names(path)) {
    if (!DRAFT_ID.test(name)) await rm(join(path, name), { recursive: true, force: true })
    else if (await removeFile(join(path, name))) count++
  }
  await removeEmptyFolder(path)
  return count
}

async function sweepExpired(folder: string): Promise<number> {
  let count = 0
  const found = await names(folder)
  for (const id of new Set(found.map((name) => name.slice(0, 32)))) {
    const path = join(folder, id)
    if ((await expiry(path)) > Date.now()) continue
    if (await removeFile(path)) count++
    // Last, since it alone says that the others are to go.
    await removeFile(`${path}.record`)
    await removeFile(`${path}.json`)
  }
  return count
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
    // A process that was killed while it wrote the metadata leaves none, or a part.
    if (!hasCode(error, 'ENOENT') && !(error instanceof SyntaxError)) throw error
  }
  return Math.max(await lastChange(path), await lastChange(`${path}.json`)) + ABANDONED_AFTER_MS
}

/** The latest modification of a file, or of a folder and what is in it, in milliseconds since 1970; 0 where it is gone. */
async function lastChange(path: string): Promise<number> {
  try {
    const stats = await lstat(path)
    let latest = stats.mtimeMs
    if (!stats.isDirectory()) return latest
    for (const name of await names(path)) latest = Math.max(latest, await lastChange(join(path, name)))
    return latest
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0
    throw error
  }
}

/** What is in a folder; nothing where there is none. */
export async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    // Not made yet, or another process swept it first.
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
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
    // ENOTEMPTY, EEXIST: somebody has just put something in. ENOENT: another process swept it first.
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR')) throw error
  }
}
