import { lstat, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../../file/system-error.ts'
import type { ClaimedDraft } from '../draft.ts'
import type { DraftPlace } from './draft-place.ts'
import { DRAFT_ID } from './draft-sweep.ts'
import { readKeptNote } from './kept-note.ts'
import { removeName, SealedDiskDraft } from './sealed-disk-draft.ts'

/**
 * Takes back a draft that was set aside. `undefined` if there is no such draft, if another caller takes it, or if its
 * time is over.
 */
export async function claimDraft(place: DraftPlace, id: string): Promise<ClaimedDraft | undefined> {
  if (!DRAFT_ID.test(id)) return undefined
  const { folder } = place
  const kept = join(folder.expiringDrafts, id)
  const own = join(folder.ownDrafts, id)
  const found = await readKeptNote(kept)
  if (found === undefined || found.expiresAt.getTime() <= Date.now()) return undefined
  await folder.prepare()
  try {
    // A rename is one step: of several callers, it succeeds for one.
    await rename(kept, own)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  // A sweep may have removed the note already, if the time of the draft has ended since the check.
  await removeName(folder.calls, `${kept}.json`)
  const sealed = new SealedDiskDraft(place, own, id, await lstat(own, { bigint: true }))
  return { sealed, ...found }
}
