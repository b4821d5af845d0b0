import { UPLOAD_ERROR_TABLE } from './upload-error-table.ts'
import type { UploadErrorCode, UploadErrorDetails } from './upload-error-details.ts'

/** Recognises the error across two copies of the package. */
const BRAND: unique symbol = Symbol.for('decant.UploadError')

/** Options of `UploadError`. */
export interface UploadErrorOptions {
  /** The failure behind the refusal, for your log. The client does not learn it. */
  readonly cause?: unknown
  /** A sentence for the client in place of Decant's. */
  readonly sentence?: string | undefined
}

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

  /** @throws {TypeError} for details of `refused`, and a `retryAfter`, that are not valid. */
  constructor(code: Code, details: UploadErrorDetails[Code], options: UploadErrorOptions = {}) {
    const row = UPLOAD_ERROR_TABLE[code]
    const checked = row.checked === undefined ? details : row.checked(details)
    super(options.sentence ?? row.sentence(checked), 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.details = checked
    const { status, title } = row.head?.(checked) ?? row
    this.status = status
    this.title = title
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** Every `UploadError`, told apart by `code`, so that a switch narrows `details`. */
export type AnyUploadError = { [Code in UploadErrorCode]: UploadError<Code> }[UploadErrorCode]

/** True for an `UploadError`, also one made by another copy of the package. */
export function isUploadError(value: unknown): value is AnyUploadError {
  return typeof value === 'object' && value !== null && BRAND in value
}
