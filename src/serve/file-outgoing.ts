import { UploadError } from '../errors/upload-error.ts'
import { isKey } from '../filename/key.ts'
import type { Outgoing } from '../http/outgoing.ts'
import type { Storage } from '../storage/storage.ts'
import type { ConditionalRequest } from './conditions.ts'
import { assertReadable, serveFile } from './serve-file.ts'
import type { ServeOptions } from './serve-file.ts'

/**
 * Answers GET and HEAD with a stored file, as Flask's `send_from_directory` does. The key may come from a client: a key
 * that is not valid, leaves the storage or names a hidden file is not found.
 *
 * @throws {UploadError} `not-found`, and the errors of `serveFile`.
 * @example
 * ```ts
 * const outgoing = await fileOutgoing(incoming, storage, 'letters/2024.pdf', { disposition: 'attachment' })
 * ```
 */
export async function fileOutgoing(
  request: ConditionalRequest,
  storage: Storage,
  key: string,
  options: ServeOptions = {},
): Promise<Outgoing> {
  assertReadable(request.method)
  const file = isKey(key) ? await storage.open(key) : undefined
  if (file === undefined) throw new UploadError('not-found', { key })
  return await serveFile(request, file, options)
}
