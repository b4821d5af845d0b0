import { rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { exists } from '../../file/exists.ts'
import { hasCode } from '../../file/system-error.ts'
import type { Recover } from '../transaction.ts'
import type { DraftPlace } from './draft-place.ts'
import type { Failures } from './failures.ts'
import { folderNames } from './folder-names.ts'
import { readCompany, readEntries, readOwner } from './journal.ts'
import { lastChange } from './owner-judge.ts'
import { discardPrepared, publishPrepared } from './prepared-files.ts'
import { findPrepared, NO_OWNER, parsePreparedName, preparedName } from './prepared-name.ts'
import type { PreparedName } from './prepared-name.ts'
import { releaseReserved } from './reservation.ts'
import { giveVerdict, readVerdict } from './verdict.ts'
import type { Verdict } from './verdict.ts'

/** A row that is absent after so long counts as absent for good, whatever became of the process that was to write it. */
const ABANDONED_MS = 24 * 60 * 60 * 1000

/** Of silence, before a `recover` that fences is asked: with the look that begins it, two minutes. */
const FENCE_AFTER_MS = 105_000

/** How a storage finds out what has become of a transaction. */
export interface Recovery {
  readonly recover: Recover | undefined
  /** Whether `recover` sees to it that a row which is absent stays so. */
  readonly isFencing: boolean
  readonly now: () => number
}

/**
 * Settles the transactions whose owner is gone, and those of this process that could not be carried out: each by its verdict, or
 * as `recover` says. Goes on past what fails, which is left to the next call.
 */
export async function settlePrepared(place: DraftPlace, recovery: Recovery, failures: Failures): Promise<void> {
  const found = (await failures.during(() => folderNames(place.folder.prepared))) ?? []
  for (const name of found) await failures.during(() => settle(place, parsePreparedName(name), recovery))
}

async function settle(place: DraftPlace, found: PreparedName, recovery: Recovery): Promise<void> {
  const { owner } = place.folder
  const { id } = found
  const state = owner.transactions.get(id)
  // Also by another storage of this process.
  if (state === 'running') return
  if (!(await mayTake(place, found))) return
  if (owner.transactions.get(id) === 'running') return
  owner.transactions.set(id, 'running')
  let verdict: Verdict | undefined = state
  try {
    const path = await take(place, found)
    if (path === undefined) return
    verdict = await decide(place, path, { ...recovery, known: state })
    if (verdict === undefined) return
    const keys = ((await readEntries(path)) ?? []).map(({ key }) => key)
    await (verdict === 'publish' ? publishPrepared : discardPrepared)(place, path)
    for (const key of keys) await releaseReserved(place.folder, key, id)
    verdict = undefined
  } finally {
    if (verdict === undefined) owner.transactions.delete(id)
    else owner.transactions.set(id, verdict)
  }
}

async function mayTake({ folder }: DraftPlace, { name, owner }: PreparedName): Promise<boolean> {
  const path = join(folder.prepared, name)
  // Format 1 says it in the folder. One that says nothing is being claimed this instant, or was lost with the power.
  const holder = owner ?? (await readOwner(path)) ?? ''
  if (holder === NO_OWNER || folder.owner.isOwn(holder)) return true
  const { life } = await folder.owner.judge.judge(holder, path)
  return life === 'dead' || life === 'silent'
}

/** Makes the transaction this process's, so that every path of its former holder is gone; `undefined` if another was quicker. */
async function take({ folder }: DraftPlace, { name, id, owner }: PreparedName): Promise<string | undefined> {
  if (owner !== undefined && folder.owner.isOwn(owner)) return join(folder.prepared, name)
  await folder.makeOwn()
  const path = join(folder.prepared, preparedName(id, folder.owner.name))
  try {
    await rename(join(folder.prepared, name), path)
    return path
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

interface Question extends Recovery {
  /** What this process knows to become of it. */
  readonly known: Verdict | undefined
}

/** The verdict on a transaction that this process holds; `undefined` while there can be none. */
async function decide(place: DraftPlace, path: string, question: Question): Promise<Verdict | undefined> {
  const verdict = await readVerdict(path)
  if (verdict !== undefined) return verdict
  const { leader } = await readCompany(path)
  if (leader !== undefined) return verdictOfLeader(leader)
  const wanted = question.known ?? (await ask(place, path, question))
  return wanted === undefined ? undefined : giveVerdict(place, path, wanted)
}

/**
 * One that is gone has ended without a verdict, since it stays until the last of its followers is gone. One that cannot be
 * reached, as a disk that is not mounted, is waited for.
 */
async function verdictOfLeader(leader: string): Promise<Verdict | undefined> {
  const prepared = dirname(leader)
  const found = await findPrepared(prepared, basename(leader))
  if (found !== undefined) return readVerdict(join(prepared, found.name))
  return (await exists(prepared)) ? 'discard' : undefined
}

/** What `recover` says, as far as it counts: a row that is there says all, and one that is absent only if it cannot come any more. */
async function ask(place: DraftPlace, path: string, question: Question): Promise<Verdict | undefined> {
  const { recover, isFencing } = question
  const entries = await readEntries(path)
  // Nothing can be published of which no key is known.
  if (entries === undefined) return 'discard'
  const { isOver, silentMs } = await beginner(place, path, question.now())
  if (recover === undefined) return isOver ? 'publish' : undefined
  if (isFencing && !isOver && silentMs < FENCE_AFTER_MS) return undefined
  const { id } = parsePreparedName(basename(path))
  const answer = await recover({ id, keys: entries.map(({ key }) => key) })
  if (answer !== 'publish' && answer !== 'discard')
    throw new TypeError(`recover returned ${JSON.stringify(answer)}; it must be "publish" or "discard".`)
  return answer === 'publish' || isOver || isFencing ? answer : undefined
}

/** Whether the process that began a transaction can do nothing more about it, and for how long it has been silent. */
async function beginner(
  { folder }: DraftPlace,
  path: string,
  now: number,
): Promise<{ readonly isOver: boolean; readonly silentMs: number }> {
  const first = await readOwner(path)
  if (first !== undefined && folder.owner.isOwn(first)) return { isOver: true, silentMs: Infinity }
  const { life, silentMs, isAbandoned } = await folder.owner.judge.judge(first ?? '', path)
  const isOld = life === 'alive' && now - (await lastChange(path)) > ABANDONED_MS
  return { isOver: life === 'dead' || isAbandoned || isOld, silentMs }
}
