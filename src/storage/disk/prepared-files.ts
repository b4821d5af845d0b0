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
import { addEntry, isOfEntry, removeEntry, writeEntry, writeHead } from './journal.ts'
import type { Company, JournalEntry } from './journal.ts'
import { foldersOf, makePlainFolders } from './plain-folder.ts'
import { findPrepared, parsePreparedName, preparedName } from './prepared-name.ts'
import { reservationPath } from './reservation.ts'

/** If another process has a promised key for a moment, it is tried so often, with so many milliseconds in between. */
const ATTEMPTS = 40
const PAUSE_MS = 5

/** A file of a journal. */
export interface PreparedFile extends JournalEntry {
  /** Whether its record may lie beside it. */
  readonly hasRecord: boolean
}

/** A file of a transaction that is still a draft. */
interface ReservedFile extends PreparedFile {
  /** The path of the draft, absolute. Its record lies beside it. */
  readonly path: string
}

/** The folders of a transaction, before it is prepared and afterwards. */
export interface TransactionPaths {
  /** The name of the owner that began it. */
  readonly owner: string
  /** Its folder before it is prepared, within the owner's folder, absolute. */
  readonly aside: string
  /** Its folder afterwards, among the prepared ones, absolute. */
  readonly prepared: string
}

/** The paths of a transaction that this process begins. They are gone if another process takes the transaction. */
export function transactionPaths({ folder }: DraftPlace, id: string): TransactionPaths {
  const { name, path } = folder.owner
  return {
    owner: name,
    aside: join(path, `${id}.transaction`),
    prepared: join(folder.prepared, preparedName(id, name)),
  }
}

/**
 * Moves drafts and their records into a folder, with an entry for each draft. Then moves that folder among the prepared
 * ones, in one step. Rejects with the system's error. Then the folder may be at either path, or not made yet.
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
  for (const { number, path, key, version, hasRecord } of files) {
    await calls.rename(path, join(aside, String(number)))
    if (hasRecord) await calls.rename(`${path}.record`, join(aside, `${number}.record`))
    await writeEntry(place, aside, { number, key, version })
  }
  // A transaction that survives a loss of power needs its reservations afterwards, so they are flushed, too.
  const reserved = files.map(({ key }) => reservationPath(folder, key))
  if (durable) await flushFolders([aside, folder.reserved, ...reserved])
  await countAsPrepared(place, paths)
  if (durable) await flushFolder(folder.prepared)
}

/** Moves the folder among the prepared ones, even if `prepared` was removed by hand. Only this step makes it count. */
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
 * Moves one more draft into a transaction that is prepared already. It counts when its entry is in its place, which is
 * one step. Rejects with the system's error, which is `ENOENT` if another process has taken the transaction. The draft
 * is then back at its path, if the disk allows it.
 */
export async function addFile(place: DraftPlace, prepared: string, file: ReservedFile): Promise<void> {
  const { folder, durable } = place
  const { number, path, key, hasRecord } = file
  try {
    await folder.calls.rename(path, join(prepared, String(number)))
    if (hasRecord) await folder.calls.rename(`${path}.record`, join(prepared, `${number}.record`))
    if (durable) await flushFolders([folder.reserved, reservationPath(folder, key)])
    await addEntry(place, prepared, 'save', file)
  } catch (error) {
    // If the failure came after the entry had its name, the file must not count any more.
    await removeEntry(prepared, number)
    await moveBack(prepared, number, path)
    throw error
  }
}

/** Moves a draft and its record from the folder of a transaction to the path of the draft. Never rejects. */
export async function moveBack(folder: string, number: number, path: string): Promise<void> {
  for (const suffix of ['', '.record']) {
    try {
      await rename(join(folder, `${number}${suffix}`), path + suffix)
    } catch {
      // ENOENT: the file was not moved yet. EIO, ...: the disk failed, and the draft is lost.
    }
  }
}

/**
 * Gives every file in the folder of a transaction its promised key. This or another process may have done a part of it
 * before. Rejects with the system's error, also if another process has taken the folder. It can be tried again then.
 */
export async function publishFiles(place: DraftPlace, prepared: string, files: readonly PreparedFile[]): Promise<void> {
  const { folder, root, records, durable } = place
  for (const { hasRecord, ...entry } of files) {
    const path = join(prepared, String(entry.number))
    await takeKeyInTime(place, path, entry.key)
    // If the record is missing, it was adopted before.
    if (hasRecord && (await folder.calls.exists(`${path}.record`))) await adoptPrepared(place, entry, path)
  }
  if (durable) await flushFolders([root, records.folder, ...files.flatMap(({ key }) => foldersOf(root, key))])
}

/**
 * Removes the files of a transaction that was discarded. The drafts go first, so that no file can get its key any more.
 * Then the files that have their keys already are removed. Rejects with the system's error.
 */
export async function discardFiles(
  { root, records, durable }: DraftPlace,
  prepared: string,
  files: readonly JournalEntry[],
): Promise<void> {
  for (const { number } of files) await rm(join(prepared, String(number)), { force: true })
  for (const { key, version } of files) {
    const stats = await findFile(root, key)
    if (stats === undefined || versionOf(stats) !== version) continue
    await rm(join(root, key), { force: true })
    await records.delete(key)
    if (durable) await flushFolder(dirname(join(root, key)))
  }
}

/**
 * Removes the folder of a transaction after its work is done. If other transactions follow it, the folder stays until
 * they are gone, because it holds their verdict. Then the result is false.
 */
export async function endPrepared(place: DraftPlace, prepared: string, followers: readonly string[]): Promise<boolean> {
  if (await anyIsPrepared(followers)) {
    const done = (await folderNames(prepared)).filter(isOfEntry)
    for (const name of done) await rm(join(prepared, name), { force: true })
    return false
  }
  await removeFolder(place.folder.calls, await takeOut(place, prepared))
  if (place.durable) await flushIfPossible(place.folder.prepared)
  return true
}

async function anyIsPrepared(followers: readonly string[]): Promise<boolean> {
  for (const follower of followers) {
    if ((await findPrepared(dirname(follower), basename(follower))) !== undefined) return true
  }
  return false
}

/**
 * Takes a transaction out of the prepared ones, in one step. Returns its new path, from which the caller or a sweep
 * removes it. Rejects with the system's error.
 */
export async function takeOut({ folder }: DraftPlace, prepared: string): Promise<string> {
  const { id } = parsePreparedName(basename(prepared))
  const aside = join(folder.ownDrafts, `${id}.transaction`)
  await folder.calls.rename(prepared, aside)
  return aside
}

/** Removes a folder and its content. Never rejects: if it fails, a sweep removes the rest when this process is gone. */
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
    // EIO, EROFS, ...: left to the sweep.
  }
}

async function adoptPrepared(place: DraftPlace, { key, version }: JournalEntry, path: string): Promise<void> {
  const stats = await findFile(place.root, key)
  if (stats === undefined || versionOf(stats) !== version) return
  await adoptRecord(place, key, `${path}.record`, stats.ino)
}

/** Waits for an upload that has taken the key for a moment. A file that stays there is renamed. */
async function takeKeyInTime(place: DraftPlace, path: string, key: string): Promise<void> {
  for (let attempt = 1; (await place.folder.calls.exists(path)) && !(await takeKey(place, path, key)); attempt++) {
    if (attempt < ATTEMPTS) await wait(PAUSE_MS)
    else if (attempt < 2 * ATTEMPTS) await makeWay(place, key)
    else throw new Error(`The key ${JSON.stringify(key)} is promised, but other files take it again and again.`)
  }
}

/** True if the file has the key now, or had it already. */
async function takeKey({ folder, root }: DraftPlace, path: string, key: string): Promise<boolean> {
  const target = join(root, key)
  await makePlainFolders(root, key, folder.folderMode)
  try {
    if (await folder.canLink()) {
      await folder.calls.link(path, target)
      return true
    }
    // No other process publishes under a reserved key, so this overwrites nothing.
    if (await exists(target)) return false
    await rename(path, target)
    return true
  } catch (error) {
    // An empty folder on the way was removed a moment ago: try again.
    if (hasCode(error, 'ENOENT')) return false
    if (!hasCode(error, 'EEXIST')) throw error
  }
  try {
    return isSameFile(await lstat(path, { bigint: true }), await lstat(target, { bigint: true }))
  } catch (error) {
    // The other file was withdrawn a moment ago: try again.
    if (isMissing(error)) return false
    throw error
  }
}

/**
 * Renames a file that has a promised key. An operator put it there, or an upload that died before it could withdraw the
 * file. No client was told about that key, and no file is lost. The file of a living upload stays, because that upload
 * is about to withdraw it. It would then remove the file that has the key by that time.
 */
async function makeWay(place: DraftPlace, key: string): Promise<void> {
  const path = join(place.root, key)
  try {
    if (await isDraft(place, await lstat(path, { bigint: true }))) return
    await putUnderFreeKey(place, path, key, 1)
  } catch (error) {
    // The file was withdrawn meanwhile.
    if (!isMissing(error)) throw error
  }
}

/** Whether a file is also the draft of some owner. Rejects if the drafts of an owner cannot be read. */
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
    // EIO, ...: the files are on the medium already. After a loss of power, they would only be published again.
  }
}
