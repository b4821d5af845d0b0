import { UploadError } from '../errors/upload-error.ts'
import { checkContent } from '../media/check-content.ts'
import { claimedType } from '../media/media-type.ts'
import type { SealedDraft } from '../storage/draft.ts'
import type { FileRecord } from '../storage/storage.ts'
import type { Check } from './check.ts'
import type { UploadHead } from './upload-head.ts'

/** What a set wants to know of a file before it is published. */
export interface Inspection {
  /** The extension that the content has to agree with, lower-case; `undefined` where the name is trusted. */
  readonly extension: string | undefined
  readonly checks: readonly Check[]
}

/** A whole file, and what is to be recorded of it if it passes. */
export interface Inspected {
  readonly head: UploadHead
  readonly record: FileRecord
  readonly sealed: SealedDraft
  /** Its first bytes, as many as `checkContent` looks at. */
  readonly firstBytes: Uint8Array
}

/**
 * Holds the content against the name, then runs the checks one after the other. Returns the record, with the type that the
 * content proves.
 *
 * @throws {UploadError} `type-mismatch`, and whatever a check throws.
 */
export async function inspect(
  { extension, checks }: Inspection,
  { head, record, sealed, firstBytes }: Inspected,
): Promise<FileRecord> {
  const type = extension === undefined ? record.type : await provenType(extension, head, firstBytes)
  const upload = {
    filename: head.filename,
    type,
    size: sealed.size,
    ...(record.digest !== undefined && { digest: record.digest }),
    stream: () => sealed.stream(),
  }
  // One after the other: a cheap one may spare a dear one its work.
  for (const check of checks) await check(upload)
  return { ...record, type }
}

async function provenType(
  extension: string,
  { filename, contentType }: UploadHead,
  firstBytes: Uint8Array,
): Promise<string> {
  const content = { extension, claimedType: claimedType(contentType), head: firstBytes }
  const { agrees, type, found } = await checkContent(content)
  if (!agrees) throw new UploadError('type-mismatch', { filename, extension, found })
  return type
}
