import { UploadError } from '../errors/upload-error.ts'
import type { Storage } from '../storage/storage.ts'
import { evaluateConditions } from './conditions.ts'
import type { ConditionalRequest } from './conditions.ts'
import { toValidators } from './validators.ts'

/** The conditions that a request which changes something can be asked with. */
const CONDITIONS = ['if-match', 'if-none-match', 'if-unmodified-since'] as const

/**
 * Weighs the preconditions of a PUT or a DELETE (RFC 9110 section 13.2), before its body is read. A DELETE of a file that
 * is not there is let through to its 404, as section 13.2.1 has it.
 *
 * Between this and what it allows, others may change the file: PUT never replaces one, but DELETE may delete one that
 * was put there in that moment.
 *
 * @throws {UploadError} `precondition-failed`; `storage-failed`.
 */
export async function checkPreconditions(request: ConditionalRequest, storage: Storage, key: string): Promise<void> {
  if (CONDITIONS.every((name) => request.header(name) === undefined)) return
  const entry = await storage.stat(key)
  if (entry === undefined) {
    // Section 13.1.1: If-Match asks for a file that is there, be it any.
    if (request.method === 'PUT' && request.header('if-match') !== undefined)
      throw new UploadError('precondition-failed', {})
    return
  }
  const now = Date.now()
  if (evaluateConditions(request, toValidators(entry, now), now) === 'precondition-failed') {
    throw new UploadError('precondition-failed', {})
  }
}
