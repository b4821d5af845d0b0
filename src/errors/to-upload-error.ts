import { isUploadError, UploadError } from './upload-error.ts'
import type { AnyUploadError } from './upload-error.ts'

/** What a client is told of whatever was thrown: a refusal as it is, anything else as `internal-error` with its cause. */
export function toUploadError(error: unknown): AnyUploadError {
  return isUploadError(error) ? error : new UploadError('internal-error', {}, { cause: error })
}
