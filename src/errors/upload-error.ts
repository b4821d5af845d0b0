import { UPLOAD_ERROR_TABLE } from './upload-error-table.ts'
import type { UploadErrorCode, UploadErrorDetails } from './upload-error-table.ts'

/** Recognises the error across two copies of the package. */
const BRAND: unique symbol = Symbol.for('decant.UploadError')

/**
 * A refusal: the client did or asked for something that the policy or the protocol does not allow, or a storage failed.
 * Switch on `code`. Misuse by the developer is a `TypeError` instead, and something missing is `undefined`.
 */
export class UploadError<Code extends UploadErrorCode = UploadErrorCode> extends Error {
  override readonly name = 'UploadError'
  /** The reason of the refusal; stable. */
  readonly code: Code
  /** The HTTP status that says it (RFC 9110 section 15). */
  readonly status: number
  /** A short summary that is the same for every refusal of this code. */
  readonly title: string
  /** The limit that was met, the file's name and so on. All of it is safe to show to the client. */
  readonly details: UploadErrorDetails[Code]

  constructor(code: Code, details: UploadErrorDetails[Code], options?: { cause?: unknown }) {
    const row = UPLOAD_ERROR_TABLE[code]
    super(row.sentence(details), options)
    this.code = code
    this.status = row.status
    this.title = row.title
    this.details = details
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** Every `UploadError`, told apart by `code`, so that a switch narrows `details`. */
export type AnyUploadError = { [Code in UploadErrorCode]: UploadError<Code> }[UploadErrorCode]

/** True for an `UploadError`, also one made by another copy of the package. */
export function isUploadError(value: unknown): value is AnyUploadError {
  return typeof value === 'object' && value !== null && BRAND in value
}
