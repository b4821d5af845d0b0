import { link, mkdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { exists } from '../../file/exists.ts'
import { flushFolder } from '../../file/folder-flush.ts'
import { processOwner } from '../../file/process-owner.ts'
import { hasCode, isMissing } from '../../file/system-error.ts'
import { conflictName } from '../../filename/conflict-names.ts'
import { adoptRecord } from './adopted-record.ts'
import { findFile, toEntry } from './disk-entry.ts'
import type { DraftPlace } from './draft-place.ts'
import { foldersOf, makePlainFolders } from './plain-folder.ts'
import { isSame, publishFile } from './publication.ts'
import { reservationPath } from './reservation.ts'

/** Begins the name of a file in a transaction's folder that says who carries it out: the rest of its name. */
export const OWNER = 'owner.'

/** How often, and after how many milliseconds, a promised key is asked for that somebody has taken for a moment. */
const ATTEMPTS = 40
const PAUSE_MS = 5

/** A file of a transaction. */
export interface PreparedFile {
  readonly key: string
  /** Of its entry: how the file is known again under its key. */
  readonly version: string
}

/** A file of a transaction that is still a draft. */
interface ReservedFile extends PreparedFile {
  /** Where the draft is, absolute. */
  readonly path: string
  /** Whether its record lies beside it. */
  readonly hasRecord: boolean
}

/**
 * Moves drafts, their records and a list of them into a folder, and that to `prepared/<id>`, the last in one step. Rejects
 * with the system's error; the folder then may be anywhere on that way.
 */
export async function prepareFiles(place: DraftPlace, id: string, files: readonly ReservedFile[]): Promise<void> {
  const { folder, durable } = place
  const aside = pathAside(place, id)
  await mkdir(aside, { mode: 0o700 })
  const list = JSON.stringify(files.map(({ key, version }) => [key, version]))
  await writeFile(join(aside, 'files'), list, { mode: 0o600, flush: durable })
  await writeFile(join(aside, OWNER + processOwner()), '', { mode: 0o600 })
  for (const [index, { path, hasRecord }] of files.entries()) {
    await rename(path, join(aside, String(index)))
    if (hasRecord) await rename(`${path}.record`, join(aside, `${index}.record`))
  }
  // A transaction that outlives the power needs its keys kept for it afterwards, too.
  const reserved = files.map(({ key }) => reservationPath(folder, key))
  if (durable) await flushFolders([aside, folder.reserved, ...reserved])
  await countAsPrepared(place, id)
  if (durable) await flushFolder(folder.prepared)
}

/** The step that counts, also where somebody has removed the folder of what is prepared. */
async function countAsPrepared(place: DraftPlace, id: string): Promise<void> {
  const { folder } = place
  try {
    await rename(pathAside(place, id), join(folder.prepared, id))
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    await folder.restore()
    await rename(pathAside(place, id), join(folder.prepared, id))
  }
}

/**
 * Gives every file its promised key. It may have been begun before, by this process or one that is dead. Rejects with
 * the system's error, and then can be tried again.
 */
export async function publishPrepared(place: DraftPlace, id: string): Promise<void> {
  const { folder, root, records, durable } = place
  const prepared = join(folder.prepared, id)
  const files = await readPrepared(prepared)
  if (files === undefined) throw new Error('The list of what was prepared is lost.')
  for (const [index, { key }] of files.entries()) {
    const path = join(prepared, String(index))
    await takeKeyInTime(place, path, key)
    // Else it was adopted before.
    if (await exists(`${path}.record`)) await adoptRecord(place, key, `${path}.record`)
  }
  if (durable) await flushFolders([root, records.folder, ...files.flatMap(({ key }) => foldersOf(root, key))])
  await removeFolder(await takeOut(place, id))
  if (durable) await flushIfPossible(folder.prepared)
}

/** Undoes what `publishPrepared` may have done, and removes the transaction. Rejects with the system's error. */
export async function discardPrepared(place: DraftPlace, id: string): Promise<void> {
  await withdrawFiles(place, id)
  await removeFolder(await takeOut(place, id))
}

/** Makes files that were published already drafts of their transaction again. Rejects with the system's error. */
export async function withdrawFiles({ root, folder, records, durable }: DraftPlace, id: string): Promise<void> {
  const prepared = join(folder.prepared, id)
  for (const [index, { key, version }] of ((await readPrepared(prepared)) ?? []).entries()) {
    const stats = await findFile(root, key)
    if (stats === undefined || toEntry(key, stats, undefined).version !== version) continue
    const target = join(root, key)
    await records.delete(key)
    // Over its own name, where it was published by a link: then nothing is done, and the new name has to go.
    await rename(target, join(prepared, String(index)))
    await rm(target, { force: true })
    if (durable) await flushFolder(dirname(target))
  }
}

/**
 * Takes a transaction out of those that are prepared, in one step. Where it is now, for the sweep or to be removed.
 * Rejects with the system's error.
 */
export async function takeOut(place: DraftPlace, id: string): Promise<string> {
  await rename(join(place.folder.prepared, id), pathAside(place, id))
  return pathAside(place, id)
}

/** Where the folder of a transaction is, absolute, before it is prepared and after. */
export function pathAside({ folder }: DraftPlace, id: string): string {
  return join(folder.ownDrafts, `${id}.transaction`)
}

/** Removes a folder with all that is in it. Never rejects: what cannot be removed is swept when this process is gone. */
export async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch {
    // EIO, EROFS, ...
  }
}

/** The files of the transaction in a folder; `undefined` where the power went before their list had reached the medium. */
export async function readPrepared(prepared: string): Promise<PreparedFile[] | undefined> {
  try {
    const list: unknown = JSON.parse(await readFile(join(prepared, 'files'), 'utf8'))
    if (!Array.isArray(list)) return undefined
    return list.map(([key, version]: unknown[]) => ({ key: String(key), version: String(version) }))
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Waits where somebody has taken the key for a moment, and renames what stays there. */
async function takeKeyInTime(place: DraftPlace, path: string, key: string): Promise<void> {
  for (let attempt = 1; (await exists(path)) && !(await takeKey(place, path, key)); attempt++) {
    if (attempt < ATTEMPTS) await wait(PAUSE_MS)
    else if (attempt < 2 * ATTEMPTS) await makeWay(place, key)
    else throw new Error('The promised key is taken again and again.')
  }
}

/** True when the file has the key now, or had it before. */
async function takeKey({ folder, root }: DraftPlace, path: string, key: string): Promise<boolean> {
  const target = join(root, key)
  await makePlainFolders(root, key)
  try {
    if (await folder.canLink()) {
      await link(path, target)
      return true
    }
    // Nobody else publishes under a key that is reserved, so that this overwrites nothing.
    if (await exists(target)) return false
    await rename(path, target)
    return true
  } catch (error) {
    // Somebody has removed an empty folder on the way this instant: to be asked for again.
    if (hasCode(error, 'ENOENT')) return false
    if (!hasCode(error, 'EEXIST')) throw error
  }
  try {
    return await isSame(path, target)
  } catch (error) {
    // Withdrawn this instant: to be asked for again.
    if (isMissing(error)) return false
    throw error
  }
}

/**
 * Renames what was put under a promised key by somebody who does not know of promises: by hand, or by an upload that
 * died before it could withdraw. Nobody was told of it, and nothing of it is lost.
 */
async function makeWay({ folder, root }: DraftPlace, key: string): Promise<void> {
  const slash = key.lastIndexOf('/') + 1
  const draft = join(root, key)
  const settleNothing = async (): Promise<void> => {}
  for (let attempt = 1; ; attempt++) {
    const free = key.slice(0, slash) + conflictName(key.slice(slash), attempt)
    try {
      if (!(await publishFile({ draft, root, key: free, folder, settle: settleNothing }))) continue
      await unlink(draft)
    } catch (error) {
      // Withdrawn meanwhile; or moved by rename, where there are no links.
      if (!isMissing(error)) throw error
    }
    return
  }
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
