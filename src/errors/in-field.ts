import { isUploadError, UploadError } from './upload-error.ts'
import type { UploadErrorCode } from './upload-error-details.ts'

/**
 * The refusal of a file with the field that the file came in. A refusal that names a field, and any other error, stay
 * as they are.
 */
export function inField(error: unknown, field: string | undefined): unknown {
  if (field === undefined || !isUploadError(error) || 'field' in error.details) return error
  return withField(error, field)
}

function withField<Code extends UploadErrorCode>(error: UploadError<Code>, field: string): UploadError<Code> {
  return new UploadError(error.code, { ...error.details, field }, { cause: error.cause, sentence: error.message })
}
