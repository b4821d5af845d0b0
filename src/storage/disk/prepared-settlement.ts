import { rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { exists } from '../../file/exists.ts'
import { hasCode } from '../../file/system-error.ts'
import type { Recover } from '../transaction.ts'
import type { DraftPlace } from './draft-place.ts'
import type { Failures } from '../failures.ts'
import { folderNames } from './folder-names.ts'
import { readCompany, readJournal, readOwner } from './journal.ts'
import { lastChange } from './owner-judge.ts'
import { deletePrepared } from './prepared-deletions.ts'
import { discardFiles, endPrepared, publishFiles } from './prepared-files.ts'
import { findPrepared, NO_OWNER, parsePreparedName, preparedName } from './prepared-name.ts'
import type { PreparedName } from './prepared-name.ts'
import { releaseReserved } from './reservation.ts'
import { giveVerdict, readVerdict } from './verdict.ts'
import type { Verdict } from './verdict.ts'

/** A row that is absent after so many milliseconds counts as absent for good, even if its process still lives. */
const ABANDONED_MS = 24 * 60 * 60 * 1000

/** Milliseconds of silence before a `recover` that fences is asked. Together with the first look, it is two minutes. */
const FENCE_AFTER_MS = 105_000

/** The way in which a storage decides about transactions without a verdict. */
export interface Recovery {
  readonly recover: Recover | undefined
  /** Whether `recover` makes sure that a missing row stays missing. */
  readonly isFencing: boolean
  readonly now: () => number
}

/**
 * Settles the transactions whose owner is gone, and those that this process could not carry out. It follows the verdict
 * of each, or asks `recover`. If one fails, it goes on with the others and leaves that one to the next call.
 */
export async function settlePrepared(place: DraftPlace, recovery: Recovery, failures: Failures): Promise<void> {
  const found = (await failures.during(() => folderNames(place.folder.prepared))) ?? []
  for (const name of found) await failures.during(() => settle(place, parsePreparedName(name), recovery))
}

async function settle(place: DraftPlace, found: PreparedName, recovery: Recovery): Promise<void> {
  const { owner } = place.folder
  const { id } = found
  const state = owner.transactions.get(id)
  // It may be running in another storage of this process.
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
    await carryOut(place, path, verdict)
    verdict = undefined
  } finally {
    if (verdict === undefined) owner.transactions.delete(id)
    else owner.transactions.set(id, verdict)
  }
}

/** Does the work of a verdict. Any part of it may have been done before. Rejects with the system's error. */
async function carryOut(place: DraftPlace, path: string, verdict: Verdict): Promise<void> {
  const { saves, deletes } = (await readJournal(path)) ?? { saves: [], deletes: [] }
  const { followers } = await readCompany(path)
  const { id } = parsePreparedName(basename(path))
  if (verdict === 'discard') {
    await discardFiles(place, path, saves)
  } else {
    // `publishFiles` looks whether there is a record.
    const files = saves.map((entry) => ({ ...entry, hasRecord: true }))
    await publishFiles(place, path, files)
    if (verdict === 'publish') await deletePrepared(place, id, deletes)
  }
  await endPrepared(place, path, followers)
  for (const { key } of saves) await releaseReserved(place.folder, key, id)
}

async function mayTake({ folder }: DraftPlace, { name, owner }: PreparedName): Promise<boolean> {
  const path = join(folder.prepared, name)
  // Format 1 names the owner in the folder. If no owner is named, another process is just claiming the transaction, or
  // the name was lost with the power.
  const holder = owner ?? (await readOwner(path)) ?? ''
  if (holder === NO_OWNER || folder.owner.isOwn(holder)) return true
  const { life } = await folder.owner.judge.judge(holder, path)
  return life === 'dead' || life === 'silent'
}

/**
 * Takes the transaction for this process, so that every path of its former owner is gone. `undefined` if another
 * process was quicker.
 */
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
  /** The verdict that this process has decided on already. */
  readonly known: Verdict | undefined
}

interface OpenQuestion extends Question {
  /** The journals that follow this transaction. */
  readonly followers: readonly string[]
}

/** The verdict on a transaction that this process holds. `undefined` as long as it cannot be decided. */
async function decide(place: DraftPlace, path: string, question: Question): Promise<Verdict | undefined> {
  const verdict = await readVerdict(path)
  if (verdict !== undefined) return verdict
  const { leader, followers } = await readCompany(path)
  if (leader !== undefined) return verdictOfLeader(leader)
  const wanted = question.known ?? (await ask(place, path, { ...question, followers }))
  return wanted === undefined ? undefined : giveVerdict(place, path, wanted)
}

/**
 * The verdict of the leader. A leader with a verdict stays until its last follower is gone. So a leader that is gone
 * has ended without a verdict, which means discard. If the leader cannot be reached, the follower waits. For example,
 * the leader's disk may not be mounted.
 */
async function verdictOfLeader(leader: string): Promise<Verdict | undefined> {
  const prepared = dirname(leader)
  const found = await findPrepared(prepared, basename(leader))
  if (found !== undefined) return readVerdict(join(prepared, found.name))
  return (await exists(prepared)) ? 'discard' : undefined
}

/**
 * The answer of `recover`, if it counts. An existing row always counts. A missing row counts only if it cannot come any
 * more.
 */
async function ask(place: DraftPlace, path: string, question: OpenQuestion): Promise<Verdict | undefined> {
  const { recover, isFencing, followers } = question
  const journal = await readJournal(path)
  // Files without known keys cannot be published.
  if (journal === undefined) return 'discard'
  // It has nothing to decide, and a question without keys invites a wrong answer.
  if (journal.saves.length + journal.deletes.length + followers.length === 0) return 'discard'
  const { isOver, silentMs } = await beginner(place, path, question.now())
  // The files to delete stay: perhaps the handler had not committed, and its old row still names them.
  if (recover === undefined) return isOver ? 'publish-only' : undefined
  if (isFencing && !isOver && silentMs < FENCE_AFTER_MS) return undefined
  const { id } = parsePreparedName(basename(path))
  const answer = await recover({ id, keys: journal.saves.map(({ key }) => key) })
  if (answer !== 'publish' && answer !== 'discard')
    throw new TypeError(`recover returned ${JSON.stringify(answer)}; it must be "publish" or "discard".`)
  return answer === 'publish' || isOver || isFencing ? answer : undefined
}

/** Whether the process that began a transaction can no longer do anything for it, and how long it has been silent. */
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
