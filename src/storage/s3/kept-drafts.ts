import { randomUUID } from 'node:crypto'
import type { ClaimedDraft } from '../draft.ts'
import { textBody, WRITER } from './s3-bucket.ts'
import type { ListedObject } from './s3-bucket.ts'
import type { S3Place } from './s3-place.ts'
import { SealedS3Draft } from './sealed-s3-draft.ts'

const DRAFT_ID = /^[0-9a-f]{32}$/

/** A draft that is set aside. */
export interface KeptDraft {
  readonly number: number
  /** The object of its note. */
  readonly note: string
  readonly expiresAt: Date
}

/** A draft that is set aside now, of the objects in its folder. `undefined` if it belongs to a request. */
export function findKept(objects: readonly Pick<ListedObject, 'name'>[]): KeptDraft | undefined {
  const claimed = new Set(objects.map(({ name }) => /\/claimed-(\d+)$/.exec(name)?.[1]))
  let last: KeptDraft | undefined
  for (const { name } of objects) {
    const [, number, time] = /\/kept-(\d+)-(\d+)$/.exec(name) ?? []
    if (number === undefined || claimed.has(number) || Number(number) < (last?.number ?? 0)) continue
    last = { number: Number(number), note: name, expiresAt: new Date(Number(time)) }
  }
  return last
}

/** Claims a draft for one of all callers. Resolves to the object that says so. Rejects with the engine's error. */
export async function claimKept({ bucket, names }: S3Place, id: string, kept: KeptDraft): Promise<string | undefined> {
  const name = names.claimed(id, kept.number)
  const head = { metadata: { [WRITER]: randomUUID() } }
  return (await bucket.putNew(name, textBody(''), head)) ? name : undefined
}

/** Takes back a draft that was set aside, for one of all callers. Rejects with the engine's error. */
export async function claimDraft(place: S3Place, id: string): Promise<ClaimedDraft | undefined> {
  if (!DRAFT_ID.test(id)) return undefined
  const { bucket, names } = place
  const { objects } = await bucket.list({ prefix: names.draft(id) })
  const kept = findKept(objects)
  const bytes = objects.find(({ name }) => name === names.bytes(id))
  if (kept === undefined || bytes === undefined || kept.expiresAt.getTime() <= Date.now()) return undefined
  // The note comes first: if its request fails, the next caller can still claim the draft.
  const note = await bucket.text(kept.note)
  const claim = note === undefined ? undefined : await claimKept(place, id, kept)
  if (note === undefined || claim === undefined) return undefined
  if (!(await isThere(place, id, claim))) return undefined
  const sealed = new SealedS3Draft(place, id, { kind: 'object' }, { size: bytes.size, keeps: kept.number + 1 })
  return { sealed, expiresAt: kept.expiresAt, note }
}

/** Whether a claimed draft is there. Another caller may have claimed it, ended it and removed its objects meanwhile. */
async function isThere({ bucket, names }: S3Place, id: string, claim: string): Promise<boolean> {
  let isFound = false
  try {
    isFound = (await bucket.head(names.bytes(id))) !== undefined
    return isFound
  } finally {
    // A claim of no draft would stay, and one that has failed would keep others from the draft.
    if (!isFound) await bucket.delete(claim)
  }
}
