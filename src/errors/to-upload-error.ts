import { isUploadError, UploadError } from './upload-error.ts'
import type { AnyUploadError } from './upload-error.ts'

/**
 * The refusal that a client gets for an error: an `UploadError` as it is, anything else as `internal-error` with its
 * cause.
 */
export function toUploadError(error: unknown): AnyUploadError {
  return isUploadError(error) ? error : new UploadError('internal-error', {}, { cause: error })
}
