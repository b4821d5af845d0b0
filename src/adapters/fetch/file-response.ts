import { checkOptions } from '../../errors/check-options.ts'
import { fromFetchRequest } from '../../http/fetch-request.ts'
import { fileOutgoing } from '../../serve/file-outgoing.ts'
import { SERVE_KINDS } from '../../serve/serve-file.ts'
import type { ServeOptions } from '../../serve/serve-file.ts'
import { checkStorage } from '../../storage/check-storage.ts'
import type { Storage } from '../../storage/storage.ts'
import { toResponse } from './to-response.ts'

/**
 * Answers GET and HEAD with a stored file, as Flask's `send_from_directory` does. The key may come from the client: a
 * key that is not valid, leaves the storage or names a hidden file is not found.
 *
 * @throws {UploadError} `not-found` (404), `method-not-allowed` (405), `precondition-failed` (412).
 */
export async function fileResponse(
  request: Request,
  storage: Storage,
  key: string,
  options: ServeOptions = {},
): Promise<Response> {
  checkStorage('fileResponse', storage)
  checkOptions('fileResponse', options, SERVE_KINDS)
  return toResponse(await fileOutgoing(fromFetchRequest(request), storage, key, options))
}
