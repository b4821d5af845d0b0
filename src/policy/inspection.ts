import { inField } from '../errors/in-field.ts'
import { UploadError } from '../errors/upload-error.ts'
import { splitExtension } from '../filename/extension.ts'
import { checkContent } from '../media/check-content.ts'
import type { ContentRule } from '../media/check-content.ts'
import type { FileRecord } from '../storage/storage.ts'
import type { Check } from './check.ts'
import { fieldOf } from './upload-head.ts'
import type { UploadHead } from './upload-head.ts'

/** A set's rule for the content of one file. */
export interface ExpectedContent extends ContentRule {
  /** The extension that the content has to agree with. */
  readonly extension: string
  /** True if it is the extension of the client's name, so that the client can choose another one. */
  readonly isClients: boolean
}

/** The rules of a set for a whole file, before it is published. */
export interface Inspection {
  /** The rule for the content; `undefined` if the name is trusted. */
  readonly content: ExpectedContent | undefined
  readonly checks: readonly Check[]
}

/** The bytes of a whole file. */
export interface WholeFile {
  readonly size: number
  /** All bytes; may be called again. */
  stream(): AsyncIterable<Uint8Array>
}

/** A whole file, and the record that it gets if it passes. */
export interface Inspected {
  readonly head: UploadHead
  readonly record: FileRecord
  readonly file: WholeFile
  /** Its first bytes, as many as `checkContent` looks at. */
  readonly firstBytes: Uint8Array
}

/**
 * Compares the content with the name, then runs the checks one after the other. Returns the record, with the type that
 * the content proves.
 *
 * @throws {UploadError} `type-mismatch`, and the errors of checks.
 */
export async function inspect(
  { content, checks }: Inspection,
  { head, record, file, firstBytes }: Inspected,
): Promise<FileRecord> {
  const type = content === undefined ? record.type : await provenType(content, head, firstBytes)
  const upload = {
    filename: head.filename,
    type,
    size: file.size,
    ...(record.digest !== undefined && { digest: record.digest }),
    stream: () => file.stream(),
  }
  try {
    // One after the other, so that a cheap check can spare an expensive one its work.
    for (const check of checks) await check(upload)
  } catch (error) {
    throw inField(error, head.field)
  }
  return { ...record, type }
}

async function provenType(content: ExpectedContent, head: UploadHead, firstBytes: Uint8Array): Promise<string> {
  const { filename } = head
  const { extension, isClients } = content
  const { agrees, type, found, reason, suggestion } = await checkContent({ extension, head: firstBytes }, content)
  if (agrees) return type
  const renamed = isClients && suggestion !== undefined ? `${splitExtension(filename).stem}.${suggestion}` : undefined
  throw new UploadError('type-mismatch', {
    filename,
    extension,
    found,
    ...(reason !== undefined && { reason }),
    ...(renamed !== undefined && { suggestion: renamed }),
    ...fieldOf(head),
  })
}
