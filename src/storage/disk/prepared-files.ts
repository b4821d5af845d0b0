import type { BigIntStats } from 'node:fs'
import { link, lstat, mkdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { exists } from '../../file/exists.ts'
import { flushFolder } from '../../file/folder-flush.ts'
import { processOwner } from '../../file/process-owner.ts'
import { hasCode, isMissing } from '../../file/system-error.ts'
import { conflictName } from '../../filename/conflict-names.ts'
import type { Recover } from '../transaction.ts'
import type { DraftPlace } from './draft-place.ts'
import { isAbandoned, names } from './draft-sweep.ts'
import { foldersOf, makePlainFolders } from './plain-folder.ts'
import { isSame, publishFile } from './publication.ts'
import { releaseReserved } from './reservation.ts'

/** A file of the transaction's folder that names who carries it out: the rest of its name. */
const OWNER = 'owner.'
/** Stands in the owner's place where all was decided and only publishing failed. */
const DECIDED = `${OWNER}none`

/** How often, and after how many milliseconds, a promised key is asked for that somebody has taken for a moment. */
const ATTEMPTS = 40
const PAUSE_MS = 5

/** A draft and the key that was promised to it. */
interface PreparedFile {
  readonly path: string
  readonly key: string
}

/**
 * Moves drafts, their records and a list of their keys into a folder, and that to `prepared/<id>`, the last in one step.
 * Rejects with the system's error; the folder then is `<own drafts>/<id>.transaction`.
 */
export async function prepareFiles(
  { folder, durable }: DraftPlace,
  id: string,
  files: readonly PreparedFile[],
): Promise<void> {
  const aside = join(folder.ownDrafts, `${id}.transaction`)
  await mkdir(aside, { mode: 0o700 })
  const keys = files.map(({ key }) => key)
  await writeFile(join(aside, 'keys'), JSON.stringify(keys), { mode: 0o600, flush: durable })
  await writeFile(join(aside, OWNER + processOwner()), '', { mode: 0o600 })
  for (const [index, { path }] of files.entries()) {
    await rename(path, join(aside, String(index)))
    await rename(`${path}.record`, join(aside, `${index}.record`))
  }
  if (durable) await flushFolder(aside)
  await rename(aside, join(folder.prepared, id))
  if (durable) await flushFolder(folder.prepared)
}

/**
 * Gives every file its promised key. It may have been begun before, by this process or one that is dead. Rejects with
 * the system's error, and then can be tried again.
 */
export async function publishPrepared(place: DraftPlace, id: string): Promise<void> {
  const { folder, root, records, durable } = place
  const prepared = join(folder.prepared, id)
  const keys = await readKeys(prepared)
  for (const [index, key] of keys.entries()) {
    const path = join(prepared, String(index))
    await makePlainFolders(root, key)
    for (let attempt = 1; (await exists(path)) && !(await takeKey(place, path, key)); attempt++) {
      if (attempt < ATTEMPTS) await wait(PAUSE_MS)
      else await makeWay(place, key)
    }
    await adoptRecord(place, `${path}.record`, key)
  }
  if (durable) {
    const folders = new Set([root, records.folder, ...keys.flatMap((key) => foldersOf(root, key))])
    await Promise.all([...folders].map(flushFolder))
  }
  await removeFolder(await removePrepared(place, id))
}

/** Takes a transaction out of those that are prepared, in one step; where it is now, to be removed. Never rejects. */
export async function removePrepared({ folder }: DraftPlace, id: string): Promise<string> {
  const aside = join(folder.ownDrafts, `${id}.transaction`)
  try {
    await rename(join(folder.prepared, id), aside)
  } catch {
    // ENOENT: it is gone. EIO, EROFS, ...: the next sweep finds it, when we are gone.
  }
  return aside
}

/** Removes a folder with all that is in it. Never rejects: what cannot be removed is swept when this process is gone. */
export async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch {
    // EIO, EROFS, ...
  }
}

/** Lets any process carry out what was decided and could not be published. Never rejects. */
export async function leaveToSweep({ folder }: DraftPlace, id: string): Promise<void> {
  try {
    await rename(join(folder.prepared, id, OWNER + processOwner()), join(folder.prepared, id, DECIDED))
  } catch {
    // ENOENT, EIO, ...: it is settled when this process is gone.
  }
}

/** Takes back what `leaveToSweep` left; false where a sweep has taken it. Never rejects. */
export async function takeFromSweep({ folder }: DraftPlace, id: string): Promise<boolean> {
  try {
    await rename(join(folder.prepared, id, DECIDED), join(folder.prepared, id, OWNER + processOwner()))
    return true
  } catch (error) {
    // Where it could not be left to a sweep it still is ours.
    return hasCode(error, 'ENOENT') && (await names(join(folder.prepared, id))).includes(OWNER + processOwner())
  }
}

/** A key of a transaction, and how to tell whether the file that is there is the transaction's. */
interface WithdrawnFile {
  readonly key: string
  readonly isOf: (stats: BigIntStats) => boolean
}

/** Makes files that were published already drafts of their transaction again. Never rejects. */
export async function withdrawFiles(place: DraftPlace, id: string, files: readonly WithdrawnFile[]): Promise<void> {
  const { root, folder, records } = place
  for (const [index, { key, isOf }] of files.entries()) {
    try {
      const target = join(root, key)
      if (!isOf(await lstat(target, { bigint: true }))) continue
      await records.delete(key)
      // Over its own name, where it was published by a link: then nothing is done, and the new name has to go.
      await rename(target, join(folder.prepared, id, String(index)))
      await unlink(target)
    } catch {
      // ENOENT: not published, or moved back. EIO, EROFS, ...: the name stays, and nobody was told that it would.
    }
  }
}

/**
 * Settles the transactions of processes that are dead, and those that could not be published: each as `recover` says,
 * or by publishing. What fails is left to the next call. Rejects with the first failure, when all have been tried.
 */
export async function settlePrepared(place: DraftPlace, recover: Recover): Promise<void> {
  const failures: unknown[] = []
  const ids = await names(place.folder.prepared)
  if (ids.length > 0) await place.folder.prepare()
  for (const id of ids) {
    try {
      await settle(place, id, recover)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

async function settle(place: DraftPlace, id: string, recover: Recover): Promise<void> {
  const prepared = join(place.folder.prepared, id)
  const owner = (await names(prepared)).find((name) => name.startsWith(OWNER))
  if (owner === undefined) return
  const isDecided = owner === DECIDED
  if (!isDecided && !(await isAbandoned(owner.slice(OWNER.length), prepared))) return
  const claimed = join(prepared, OWNER + processOwner())
  try {
    // Of several processes that settle, one gets it.
    await rename(join(prepared, owner), claimed)
  } catch (error) {
    if (isMissing(error)) return
    throw error
  }
  try {
    const keys = await readKeys(prepared)
    const decision = isDecided ? 'publish' : await recover(keys)
    if (decision === 'publish') await publishPrepared(place, id)
    else if (decision === 'discard') await removeFolder(await removePrepared(place, id))
    else throw new TypeError(`recover returned ${JSON.stringify(decision)}; it must be "publish" or "discard".`)
    for (const key of keys) await releaseReserved(place.folder, key, id)
  } catch (error) {
    await rename(claimed, join(prepared, owner)).catch(() => {
      // ENOENT: published, and its folder gone. EIO, ...: settled when this process is gone.
    })
    throw error
  }
}

/** True when the file has the key now, or had it before. */
async function takeKey({ folder, root }: DraftPlace, path: string, key: string): Promise<boolean> {
  const target = join(root, key)
  if (!(await folder.canLink())) {
    // Nobody else publishes under a key that is reserved, so that this overwrites nothing.
    if (await exists(target)) return false
    await rename(path, target)
    return true
  }
  try {
    await link(path, target)
    return true
  } catch (error) {
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

async function adoptRecord({ records }: DraftPlace, path: string, key: string): Promise<void> {
  try {
    await records.adopt(key, path)
  } catch (error) {
    // Adopted before.
    if (!isMissing(error)) throw error
  }
}

async function readKeys(prepared: string): Promise<string[]> {
  const keys: unknown = JSON.parse(await readFile(join(prepared, 'keys'), 'utf8'))
  if (!Array.isArray(keys)) throw new TypeError('The keys of a transaction are not a list.')
  return keys.map(String)
}
