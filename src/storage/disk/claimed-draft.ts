import { lstat, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../../file/system-error.ts'
import type { ClaimedDraft } from '../draft.ts'
import type { DraftPlace } from './draft-place.ts'
import { DRAFT_ID } from './draft-sweep.ts'
import { readKeptNote } from './kept-note.ts'
import { removeName, SealedDiskDraft } from './sealed-disk-draft.ts'

/** Takes a draft back that was set aside; `undefined` where there is none, somebody else takes it, or its time is over. */
export async function claimDraft(place: DraftPlace, id: string): Promise<ClaimedDraft | undefined> {
  if (!DRAFT_ID.test(id)) return undefined
  const { folder } = place
  const kept = join(folder.expiringDrafts, id)
  const own = join(folder.ownDrafts, id)
  const found = await readKeptNote(kept)
  if (found === undefined || found.expiresAt.getTime() <= Date.now()) return undefined
  await folder.prepare()
  try {
    // One step, which of several only one can take.
    await rename(kept, own)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  // A sweep may have been quicker: its time was not over yet a moment ago.
  await removeName(folder.calls, `${kept}.json`)
  const sealed = new SealedDiskDraft(place, own, id, await lstat(own, { bigint: true }))
  return { sealed, ...found }
}
