import type { SealedDraft } from '../storage/draft.ts'
import type { Storage } from '../storage/storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import { deleteFiles } from './delete-files.ts'
import { FileInspection } from './file-inspection.ts'
import { UploadDraft } from './upload-draft.ts'
import type { Admission } from './upload-draft.ts'
import type { Placement, UploadHead } from './upload-head.ts'

/** The part of a set that takes files over. */
export interface AdoptingSet {
  readonly storage: Storage
  readonly admit: (head: UploadHead, placement: Placement) => Admission
}

/** The place that a file is taken from. */
export interface Origin {
  /** Whether the file is still there: not another one, and not changed. */
  isThere(): Promise<boolean>
  /** Removes the file. False if it is gone, or if another file is there. */
  remove(): Promise<boolean>
}

/** A sealed draft that has passed the policy of a set. If it does not pass, it is discarded. */
export async function toInspectedDraft(sealed: SealedDraft, admit: () => Admission): Promise<UploadDraft> {
  try {
    const admission = admit()
    const inspection = new FileInspection(admission)
    await inspection.read(sealed)
    inspection.checkSize()
    return new UploadDraft(sealed, { ...admission, record: await inspection.inspect(sealed) })
  } catch (error) {
    await sealed.discard()
    throw error
  }
}

/**
 * Publishes the draft, and only then removes the file from its origin. So one of them is there at any moment.
 * `undefined` if the file is gone by then: another caller has taken or deleted it.
 *
 * @throws as `UploadDraft.publish`, and the error of `origin.remove`. The file is at its origin then, and only there.
 */
export async function takeOver(draft: UploadDraft, origin: Origin): Promise<StoredFile | undefined> {
  let file
  try {
    // A check may have taken minutes.
    if (await origin.isThere()) file = await draft.publish()
  } finally {
    if (file === undefined) await draft.discard()
  }
  if (file === undefined) return undefined
  try {
    if (await origin.remove()) return file
  } catch (error) {
    // The failure may have come after the removal. Then this is the only file.
    if (!(await origin.isThere())) return file
    await takeBack(draft)
    throw error
  }
  await takeBack(draft)
  return undefined
}

async function takeBack({ storage, published }: UploadDraft): Promise<void> {
  if (published !== undefined) await deleteFiles(storage, [published])
}
