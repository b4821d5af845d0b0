import { UploadError } from '../errors/upload-error.ts'
import type { Storage, StorageEntry } from '../storage/storage.ts'
import { evaluateConditions } from './conditions.ts'
import type { ConditionalRequest } from './conditions.ts'
import { toValidators } from './validators.ts'

/** The headers of conditions for a request that changes something. */
const CONDITIONS = ['if-match', 'if-none-match', 'if-unmodified-since'] as const

/** The number of tries, each with the new file, if another request replaces the file meanwhile. */
const ATTEMPTS = 10

/**
 * Evaluates the preconditions of a PUT or a DELETE (RFC 9110 section 13.2), before its body is read. A DELETE of a
 * missing file goes on to its 404 (section 13.2.1). Returns the file for which they hold; `undefined` if there is no
 * file, and if there are no conditions.
 *
 * @throws {UploadError} `precondition-failed`; `storage-failed`.
 */
export async function checkPreconditions(
  request: ConditionalRequest,
  storage: Storage,
  key: string,
): Promise<StorageEntry | undefined> {
  if (!isConditional(request)) return undefined
  const entry = await storage.stat(key)
  if (entry === undefined) {
    // Section 13.1.1: If-Match needs a file that exists, with any tag.
    if (request.method === 'PUT' && request.header('if-match') !== undefined)
      throw new UploadError('precondition-failed', {})
    return undefined
  }
  const now = Date.now()
  if (evaluateConditions(request, toValidators(entry, now), now) === 'precondition-failed') {
    throw new UploadError('precondition-failed', {})
  }
  return entry
}

/**
 * Evaluates the preconditions of a PUT without a look at the storage, for a client that may not learn whether the file
 * exists. A PUT never replaces a file, so If-Match cannot lead to success, and the other conditions change nothing.
 *
 * @throws {UploadError} `precondition-failed`.
 */
export function checkUnseen(request: ConditionalRequest): void {
  if (request.header('if-match') !== undefined) throw new UploadError('precondition-failed', {})
}

/**
 * Deletes the file for which the preconditions hold, and no other file that has its key since. False if there is none.
 *
 * @throws as `checkPreconditions`.
 */
export async function deleteOnCondition(request: ConditionalRequest, storage: Storage, key: string): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const entry = await checkPreconditions(request, storage, key)
    if (entry === undefined) return isConditional(request) ? false : storage.delete(key)
    if (await storage.delete(key, { version: entry.version })) return true
  }
  throw new UploadError('precondition-failed', {})
}

/** True if a request that changes something has a precondition. */
export function isConditional(request: ConditionalRequest): boolean {
  return CONDITIONS.some((name) => request.header(name) !== undefined)
}
