import { UploadError } from '../errors/upload-error.ts'
import type { AnyUploadError } from '../errors/upload-error.ts'
import type { UploadErrorDetails } from '../errors/upload-error-details.ts'
import type { Scope } from './scope.ts'

/** The refusal in the client's words: its keys are relative to the scope. */
export function toScopedRefusal(refusal: AnyUploadError, scope: Scope): AnyUploadError {
  if (scope.folder === '') return refusal
  const { cause } = refusal
  switch (refusal.code) {
    case 'name-taken':
      return new UploadError('name-taken', toScopedNames(refusal.details, scope), { cause })
    case 'not-found': {
      const { key } = refusal.details
      return key === undefined ? refusal : new UploadError('not-found', { key: scope.tell(key) }, { cause })
    }
    case 'invalid-key': {
      const { key, reason, suggestion } = refusal.details
      const told = suggestion === undefined ? {} : { suggestion: scope.tell(suggestion) }
      return new UploadError('invalid-key', { key: scope.tell(key), reason, ...told }, { cause })
    }
    default:
      return refusal
  }
}

/** A folder above the scope would tell the scope, so it is left out. */
function toScopedNames(
  { key, folder }: UploadErrorDetails['name-taken'],
  scope: Scope,
): UploadErrorDetails['name-taken'] {
  return { key: scope.tell(key), ...(folder !== undefined && scope.holds(folder) && { folder: scope.tell(folder) }) }
}
