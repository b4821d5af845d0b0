import type { Storage, StorageEntry } from '../storage/storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { DraftSource } from './draft-source.ts'
import { impliedRecord } from './implied-record.ts'
import { fillDraft } from './save-source.ts'
import type { SaveOptions } from './save-source.ts'
import { takeOver, toInspectedDraft } from './take-over.ts'
import type { AdoptingSet } from './take-over.ts'
import { UploadDraft } from './upload-draft.ts'
import type { Admission } from './upload-draft.ts'

/** The folder and the name of an adopted file, and the version that it must have. */
export type AdoptOptions = SaveOptions & {
  /** The `version` of its `StorageEntry`. A file of another version is not adopted. Default: the present one. */
  readonly version?: string | undefined
}

/**
 * Takes the stored file of another set. `undefined` if it is gone or has another version, and if another caller takes
 * or deletes it at the same time.
 */
export async function adoptFile(
  target: AdoptingSet,
  source: DraftSource,
  key: string,
  options: AdoptOptions,
): Promise<StoredFile | undefined> {
  const { signal, version, filename, ...placement } = options
  const { storage } = source
  signal?.throwIfAborted()
  const entry = await storage.stat(key)
  if (entry === undefined || (version !== undefined && entry.version !== version)) return undefined
  const record = entry.record ?? impliedRecord(key)
  const { type, digest } = record
  const head = { filename: filename ?? record.filename, type, size: entry.size }
  const admission = withDigest(target.admit(head, placement), digest)
  const draft = await toDraft(target.storage, storage, { entry, admission, signal })
  if (draft === undefined) return undefined
  return takeOver(draft, {
    isThere: async () => (await storage.stat(key))?.version === entry.version,
    remove: () => storage.delete(key, { version: entry.version }),
  })
}

interface Move {
  readonly entry: StorageEntry
  readonly admission: Admission
  readonly signal: AbortSignal | undefined
}

/** A sealed draft of the target, with the bytes of a stored file. `undefined` if the file is gone. */
async function toDraft(target: Storage, source: Storage, move: Move): Promise<UploadDraft | undefined> {
  const { key, version } = move.entry
  if (target !== source || source.draftOf === undefined) return copied(target, source, move)
  const sealed = await source.draftOf(key, version)
  return sealed === undefined ? undefined : toInspectedDraft(sealed, () => move.admission)
}

async function copied(target: Storage, source: Storage, move: Move): Promise<UploadDraft | undefined> {
  const { entry, admission, signal } = move
  const file = await source.open(entry.key)
  if (file === undefined) return undefined
  try {
    if (file.entry.version !== entry.version) return undefined
    const draft = new UploadDraft(target.createDraft({ expectedSize: entry.size }), admission, 'never')
    await fillDraft(draft, file.stream(), signal)
    return draft
  } finally {
    await file.close()
  }
}

/** The digest goes along with the file, so it need not be computed again. */
function withDigest(admission: Admission, digest: string | undefined): Admission {
  if (digest === undefined) return admission
  return { ...admission, record: { ...admission.record, digest }, digest: undefined }
}
