import type { BigIntStats } from 'node:fs'
import { lstat, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { DiskCalls } from '../../file/disk-calls.ts'
import { exists } from '../../file/exists.ts'
import { flushFolder } from '../../file/folder-flush.ts'
import { isSameFile } from '../../file/same-file.ts'
import { hasCode, isMissing } from '../../file/system-error.ts'
import { adoptRecord } from './adopted-record.ts'
import { findFile, versionOf } from './disk-entry.ts'
import { DRAFT_ID } from './draft-sweep.ts'
import type { DraftPlace } from './draft-place.ts'
import { folderNames } from './folder-names.ts'
import { putUnderFreeKey } from './free-key.ts'
import { readCompany, readEntries, writeEntry, writeHead } from './journal.ts'
import type { Company, JournalEntry } from './journal.ts'
import { foldersOf, makePlainFolders } from './plain-folder.ts'
import { findPrepared, parsePreparedName, preparedName } from './prepared-name.ts'
import { reservationPath } from './reservation.ts'

/** How often, and after how many milliseconds, a promised key is asked for that another process has taken for a moment. */
const ATTEMPTS = 40
const PAUSE_MS = 5

/** A file of a transaction that is still a draft. */
interface ReservedFile {
  readonly key: string
  readonly version: string
  /** Where the draft is, absolute. */
  readonly path: string
  /** Whether its record lies beside it. */
  readonly hasRecord: boolean
}

/** Where a transaction is before it is prepared, and then. */
export interface TransactionPaths {
  /** The name of the owner that began it. */
  readonly owner: string
  /** In the owner's folder, absolute. */
  readonly aside: string
  /** Among the prepared ones, absolute. */
  readonly prepared: string
}

/** The paths of a transaction that this process begins: they are gone when another process takes them. */
export function transactionPaths({ folder }: DraftPlace, id: string): TransactionPaths {
  const { name, path } = folder.owner
  return {
    owner: name,
    aside: join(path, `${id}.transaction`),
    prepared: join(folder.prepared, preparedName(id, name)),
  }
}

/**
 * Moves drafts, their records and an entry for each into a folder, and that to the prepared ones, the last in one step. Rejects
 * with the system's error; the folder then may be anywhere on that way.
 */
export async function prepareFiles(
  place: DraftPlace,
  paths: TransactionPaths,
  files: readonly ReservedFile[],
  company: Company,
): Promise<void> {
  const { folder, durable } = place
  const { aside } = paths
  const { calls } = folder
  await calls.makeFolder(aside)
  await writeHead(place, aside, paths.owner, company)
  for (const [number, { path, key, version, hasRecord }] of files.entries()) {
    await calls.rename(path, join(aside, String(number)))
    if (hasRecord) await calls.rename(`${path}.record`, join(aside, `${number}.record`))
    await writeEntry(place, aside, { number, key, version })
  }
  // A transaction that outlives the power needs its keys kept for it afterwards, too.
  const reserved = files.map(({ key }) => reservationPath(folder, key))
  if (durable) await flushFolders([aside, folder.reserved, ...reserved])
  await countAsPrepared(place, paths)
  if (durable) await flushFolder(folder.prepared)
}

/** The step that counts, even if the folder of what is prepared was removed by hand. */
async function countAsPrepared({ folder }: DraftPlace, { aside, prepared }: TransactionPaths): Promise<void> {
  await folder.owner.confirm()
  try {
    await folder.calls.rename(aside, prepared)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    await folder.restore()
    await folder.calls.rename(aside, prepared)
  }
}

/**
 * Gives every file in the folder of a transaction its promised key, and removes the folder. It may have been begun before, by this
 * process or another. Rejects with the system's error, and then can be tried again; also if another process has taken the folder.
 */
export async function publishPrepared(place: DraftPlace, prepared: string): Promise<void> {
  const entries = (await readEntries(prepared)) ?? []
  // `publishKnown` looks whether there is a record.
  const files = entries.map((entry) => ({ ...entry, hasRecord: true }))
  await publishKnown(place, prepared, { files, followers: (await readCompany(prepared)).followers })
}

/** The content of a transaction's folder, which its owner knows without reading it. */
export interface KnownJournal extends Pick<Company, 'followers'> {
  readonly files: readonly (JournalEntry & Pick<ReservedFile, 'hasRecord'>)[]
}

/** As `publishPrepared`, by the process that wrote the journal. */
export async function publishKnown(place: DraftPlace, prepared: string, journal: KnownJournal): Promise<void> {
  const { folder, root, records, durable } = place
  const { files, followers } = journal
  for (const { hasRecord, ...entry } of files) {
    const path = join(prepared, String(entry.number))
    await takeKeyInTime(place, path, entry.key)
    // Otherwise it was adopted before.
    if (hasRecord && (await folder.calls.exists(`${path}.record`))) await adoptPrepared(place, entry, path)
  }
  if (durable) await flushFolders([root, records.folder, ...files.flatMap(({ key }) => foldersOf(root, key))])
  await endPrepared(place, prepared, followers)
  if (durable) await flushIfPossible(folder.prepared)
}

/**
 * Removes a transaction that is not to be, the drafts first: none of its files can get its key any more when those are
 * removed that have one. Rejects with the system's error.
 */
export async function discardPrepared(place: DraftPlace, prepared: string): Promise<void> {
  const { root, records, durable } = place
  const entries = (await readEntries(prepared)) ?? []
  for (const { number } of entries) await rm(join(prepared, String(number)), { force: true })
  for (const { key, version } of entries) {
    const stats = await findFile(root, key)
    if (stats === undefined || versionOf(stats) !== version) continue
    await rm(join(root, key), { force: true })
    await records.delete(key)
    if (durable) await flushFolder(dirname(join(root, key)))
  }
  await endPrepared(place, prepared, (await readCompany(prepared)).followers)
}

/**
 * Removes the folder of a transaction of which nothing is left to be done. One that others follow stays until they are gone: it
 * holds their verdict.
 */
async function endPrepared(place: DraftPlace, prepared: string, followers: readonly string[]): Promise<void> {
  if (await anyIsPrepared(followers)) {
    const done = (await folderNames(prepared)).filter((name) => /^\d+(?:\.(?:json|record))?$/.test(name))
    for (const name of done) await rm(join(prepared, name), { force: true })
    return
  }
  await removeFolder(place.folder.calls, await takeOut(place, prepared))
}

async function anyIsPrepared(followers: readonly string[]): Promise<boolean> {
  for (const follower of followers) {
    if ((await findPrepared(dirname(follower), basename(follower))) !== undefined) return true
  }
  return false
}

/**
 * Takes a transaction out of those that are prepared, in one step. Where it is now, for the sweep or to be removed.
 * Rejects with the system's error.
 */
export async function takeOut({ folder }: DraftPlace, prepared: string): Promise<string> {
  const { id } = parsePreparedName(basename(prepared))
  const aside = join(folder.ownDrafts, `${id}.transaction`)
  await folder.calls.rename(prepared, aside)
  return aside
}

/** Removes a folder with all that is in it. Never rejects: what cannot be removed is swept when this process is gone. */
export async function removeFolder(calls: DiskCalls, path: string): Promise<void> {
  try {
    for (const name of await folderNames(path)) await calls.unlink(join(path, name))
    await calls.removeFolder(path)
  } catch {
    // EISDIR, EPERM: a verdict without links is a folder. ENOENT: it is gone. EIO, EROFS, ...: left to the sweep.
    await removeAll(path)
  }
}

async function removeAll(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch {
    // EIO, EROFS, ...
  }
}

async function adoptPrepared(place: DraftPlace, { key, version }: JournalEntry, path: string): Promise<void> {
  const stats = await findFile(place.root, key)
  if (stats === undefined || versionOf(stats) !== version) return
  await adoptRecord(place, key, `${path}.record`, stats.ino)
}

/** Waits for one that has taken the key for a moment, and renames what stays there. */
async function takeKeyInTime(place: DraftPlace, path: string, key: string): Promise<void> {
  for (let attempt = 1; (await place.folder.calls.exists(path)) && !(await takeKey(place, path, key)); attempt++) {
    if (attempt < ATTEMPTS) await wait(PAUSE_MS)
    else if (attempt < 2 * ATTEMPTS) await makeWay(place, key)
    else throw new Error('The promised key is taken again and again.')
  }
}

/** True when the file has the key now, or had it before. */
async function takeKey({ folder, root }: DraftPlace, path: string, key: string): Promise<boolean> {
  const target = join(root, key)
  await makePlainFolders(root, key, folder.folderMode)
  try {
    if (await folder.canLink()) {
      await folder.calls.link(path, target)
      return true
    }
    // No other process publishes under a key that is reserved, so that this overwrites nothing.
    if (await exists(target)) return false
    await rename(path, target)
    return true
  } catch (error) {
    // An empty folder on the way was removed this instant: to be asked for again.
    if (hasCode(error, 'ENOENT')) return false
    if (!hasCode(error, 'EEXIST')) throw error
  }
  try {
    return isSameFile(await lstat(path, { bigint: true }), await lstat(target, { bigint: true }))
  } catch (error) {
    // Withdrawn this instant: to be asked for again.
    if (isMissing(error)) return false
    throw error
  }
}

/**
 * Renames what was put under a promised key without knowledge of promises: by hand, or by an upload that died before it could
 * withdraw. No client was told of it, and nothing of it is lost. An upload that lives withdraws by itself, and may be about to: it
 * would remove what has the key by then.
 */
async function makeWay(place: DraftPlace, key: string): Promise<void> {
  const path = join(place.root, key)
  try {
    if (await isDraft(place, await lstat(path, { bigint: true }))) return
    await putUnderFreeKey(place, path, key, 1)
  } catch (error) {
    // Withdrawn meanwhile.
    if (!isMissing(error)) throw error
  }
}

/** Whether a file is the draft of an owner, too. Rejects if the drafts of one cannot be seen. */
async function isDraft({ folder }: DraftPlace, stats: BigIntStats): Promise<boolean> {
  if (stats.nlink < 2n) return false
  for (const owner of await folderNames(folder.drafts)) {
    const path = join(folder.drafts, owner)
    for (const name of await folderNames(path)) {
      if (DRAFT_ID.test(name) && isSameFile(stats, await folder.calls.find(join(path, name)))) return true
    }
  }
  return false
}

async function flushFolders(paths: readonly string[]): Promise<void> {
  await Promise.all([...new Set(paths)].map(flushFolder))
}

async function flushIfPossible(path: string): Promise<void> {
  try {
    await flushFolder(path)
  } catch {
    // EIO, ...: the files are on the medium, and only after a loss of power would they be published again.
  }
}
