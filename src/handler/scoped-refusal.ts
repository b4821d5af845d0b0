import { UploadError } from '../errors/upload-error.ts'
import type { AnyUploadError } from '../errors/upload-error.ts'
import type { UploadErrorCode, UploadErrorDetails } from '../errors/upload-error-details.ts'
import type { Scope } from './scope.ts'

/** The refusal in the client's words: its keys are relative to the scope. */
export function toScopedRefusal(refusal: AnyUploadError, scope: Scope): AnyUploadError {
  if (scope.folder === '') return refusal
  switch (refusal.code) {
    case 'name-taken':
      return withDetails(refusal, toScopedNames(refusal.details, scope))
    case 'not-found': {
      const { key } = refusal.details
      return key === undefined ? refusal : withDetails(refusal, { key: scope.tell(key) })
    }
    case 'invalid-key': {
      const { key, reason, suggestion } = refusal.details
      const told = suggestion === undefined ? {} : { suggestion: scope.tell(suggestion) }
      return withDetails(refusal, { key: scope.tell(key), reason, ...told })
    }
    default:
      return refusal
  }
}

/** The same refusal with other details. A sentence of the application stays, since only its author can change it. */
function withDetails<Code extends UploadErrorCode>(
  { code, details, message, cause }: UploadError<Code>,
  scoped: UploadErrorDetails[Code],
): UploadError<Code> {
  const isOwn = message !== new UploadError(code, details).message
  return new UploadError(code, scoped, { cause, ...(isOwn && { sentence: message }) })
}

/** A folder above the scope would tell the scope, so it is left out. */
function toScopedNames(
  { key, folder }: UploadErrorDetails['name-taken'],
  scope: Scope,
): UploadErrorDetails['name-taken'] {
  return { key: scope.tell(key), ...(folder !== undefined && scope.holds(folder) && { folder: scope.tell(folder) }) }
}
