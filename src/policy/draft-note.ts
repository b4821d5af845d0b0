import type { FileRecord } from '../storage/storage.ts'
import type { UploadHead } from './upload-head.ts'

/** What has to be known of a draft that was set aside, when somebody comes back for it. */
export interface DraftNote {
  /** The upload set that inspected it. */
  readonly set: string
  readonly head: UploadHead
  /** What the inspection came to. */
  readonly record: FileRecord
}

/** As a storage keeps it. */
export function toDraftNote({ set, head, record }: DraftNote): string {
  const { filename, field } = head
  const { filename: name, type, digest } = record
  return JSON.stringify({ set, filename, field, name, type, digest })
}

/** `undefined` for what `toDraftNote` has not written. */
export function fromDraftNote(text: string): DraftNote | undefined {
  let note: unknown
  try {
    note = JSON.parse(text)
  } catch {
    // SyntaxError: somebody else's.
    return undefined
  }
  if (typeof note !== 'object' || note === null) return undefined
  if (!('set' in note && typeof note.set === 'string')) return undefined
  if (!('filename' in note && typeof note.filename === 'string')) return undefined
  if (!('name' in note && typeof note.name === 'string')) return undefined
  if (!('type' in note && typeof note.type === 'string')) return undefined
  const { set, filename, name, type } = note
  return {
    set,
    head: { filename, ...('field' in note && typeof note.field === 'string' && { field: note.field }) },
    record: {
      filename: name,
      type,
      ...('digest' in note && typeof note.digest === 'string' && { digest: note.digest }),
    },
  }
}
