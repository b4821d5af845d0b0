import { randomUUID } from 'node:crypto'
import { deleteFiles, discardFiles, endTransaction, publishFiles, removeDrafts } from './carry-out.ts'
import { ENTRY, readJournal, SETTLER, VERDICT } from './journal.ts'
import type { Journal } from './journal.ts'
import { textBody, WRITER } from './s3-bucket.ts'
import type { ListedObject } from './s3-bucket.ts'
import type { S3Place } from './s3-place.ts'
import type { S3Recovery } from './s3-recovery.ts'
import type { ReservedFile } from './sealed-s3-draft.ts'
import { giveVerdict, readVerdict } from './verdict.ts'
import type { Verdict } from './verdict.ts'

/** A transaction without a sign of life for so long may be settled by another process. */
const SILENT_MS = 120_000
/** A row that is missing after so long counts as missing for good, even if its process still lives. */
const ABANDONED_MS = 24 * 60 * 60 * 1000

/** A transaction that a sweep has found. */
export interface FoundTransaction extends S3Recovery {
  readonly folder: string
  readonly objects: readonly ListedObject[]
  /** The time of the engine. */
  readonly now: number
}

/**
 * Settles a transaction if its process is silent, or has left it. Resolves to the files that it still has
 * to publish. Rejects with the engine's error.
 */
export async function settleTransaction(place: S3Place, found: FoundTransaction): Promise<readonly ReservedFile[]> {
  const { folder, objects, now } = found
  const id = folder.slice(place.names.transactions.length, -1)
  const own = place.transactions.get(id)
  const journal = await readJournal(place.bucket, folder, objects)
  const signs = objects.filter(({ name }) => !name.startsWith(folder + SETTLER))
  const silentMs = now - Math.max(...signs.map(({ lastModified }) => lastModified.getTime()))
  if (own === 'running' || (own === undefined && silentMs < SILENT_MS)) return journal.saves
  if (!objects.some(({ name }) => name.startsWith(folder + ENTRY))) {
    // Its process has died while it removed the last traces.
    await endTransaction(place, folder, [])
    return []
  }
  const verdict = await decide(place, { ...found, id, journal, own, silentMs })
  if (verdict === undefined || !(await takeOver(place, found))) return journal.saves
  // More may have been written down until the verdict was given.
  const { objects: latest } = await place.bucket.list({ prefix: folder })
  await carryOut(place, folder, await readJournal(place.bucket, folder, latest), verdict)
  place.transactions.delete(id)
  return []
}

interface Question extends FoundTransaction {
  readonly id: string
  readonly journal: Journal
  /** The verdict that this process has decided on. */
  readonly own: 'publish' | 'discard' | undefined
  readonly silentMs: number
}

/** `undefined` as long as it cannot be decided. */
async function decide({ bucket }: S3Place, question: Question): Promise<Verdict | undefined> {
  const { folder, journal } = question
  const verdict = await readVerdict(bucket, journal.leader ?? folder)
  if (verdict !== undefined) return verdict
  if (journal.leader !== undefined) return verdictOfLeader(bucket, journal.leader, question.own)
  const wanted = question.own ?? (await ask(question))
  return wanted === undefined ? undefined : giveVerdict(bucket, folder, wanted)
}

/**
 * A leader with a verdict stays until its followers are gone. So a leader that is gone has ended without a verdict,
 * which means discard.
 */
async function verdictOfLeader(
  bucket: S3Place['bucket'],
  leader: string,
  own: 'publish' | 'discard' | undefined,
): Promise<Verdict | undefined> {
  if (own !== undefined) return giveVerdict(bucket, leader, own)
  const { objects } = await bucket.list({ prefix: leader })
  if (objects.some(({ name }) => name === leader + VERDICT)) return readVerdict(bucket, leader)
  return objects.length === 0 ? 'discard' : undefined
}

/** The answer of `recover`, if it counts. A row that exists always counts, a missing one only if it cannot come. */
async function ask({ id, journal, silentMs, recover, isFencing }: Question): Promise<Verdict | undefined> {
  const isOver = silentMs >= ABANDONED_MS
  if (journal.saves.length + journal.deletes.length + journal.followers.length === 0) return 'discard'
  // The files to delete stay: perhaps the handler had not committed, and its old row still names them.
  if (recover === undefined) return isOver ? 'publish-only' : undefined
  const answer = await recover({ id, keys: journal.saves.map(({ key }) => key) })
  if (answer !== 'publish' && answer !== 'discard') {
    throw new TypeError(`recover returned ${JSON.stringify(answer)}; it must be "publish" or "discard".`)
  }
  return answer === 'publish' || isOver || isFencing ? answer : undefined
}

/** Does what a verdict says. Any part of it may have been done before. */
async function carryOut(place: S3Place, folder: string, journal: Journal, verdict: Verdict): Promise<void> {
  const { saves, deletes, followers } = journal
  if (verdict === 'discard') await discardFiles(place, saves)
  else {
    await publishFiles(place, saves)
    await removeDrafts(place, saves)
    if (verdict === 'publish') await deleteFiles(place, deletes)
  }
  await endTransaction(place, folder, followers)
}

/**
 * Takes a transaction for this process. False if another one has it: two that publish at the same time could bring back
 * a file that was deleted between the two.
 */
async function takeOver({ bucket }: S3Place, { folder, objects, now }: FoundTransaction): Promise<boolean> {
  const settlers = objects.filter(({ name }) => name.startsWith(folder + SETTLER))
  if (settlers.some(({ lastModified }) => now - lastModified.getTime() < SILENT_MS)) return false
  const name = `${folder}${SETTLER}${settlers.length}`
  return bucket.putNew(name, textBody(''), { metadata: { [WRITER]: randomUUID() } })
}
