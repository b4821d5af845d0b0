import type { FileRecord } from '../storage/storage.ts'
import type { UploadHead } from './upload-head.ts'

/** The facts of a draft that was set aside, for the set that takes it back. */
export interface DraftNote {
  /** The upload set that inspected it. */
  readonly set: string
  readonly head: UploadHead
  /** The result of the inspection. */
  readonly record: FileRecord
}

/** The note as text, for the storage. */
export function toDraftNote({ set, head, record }: DraftNote): string {
  const { filename, field } = head
  const { type, digest } = record
  return JSON.stringify({ set, filename, field, type, digest })
}

/** `undefined` for a text that `toDraftNote` has not written. */
export function fromDraftNote(text: string): DraftNote | undefined {
  let note: unknown
  try {
    note = JSON.parse(text)
  } catch {
    // SyntaxError: another program has written it.
    return undefined
  }
  if (typeof note !== 'object' || note === null) return undefined
  if (!('set' in note && typeof note.set === 'string')) return undefined
  if (!('filename' in note && typeof note.filename === 'string')) return undefined
  if (!('type' in note && typeof note.type === 'string')) return undefined
  const { set, filename, type } = note
  return {
    set,
    head: { filename, ...('field' in note && typeof note.field === 'string' && { field: note.field }) },
    record: {
      filename,
      type,
      ...('digest' in note && typeof note.digest === 'string' && { digest: note.digest }),
    },
  }
}
