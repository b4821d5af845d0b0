import { checkOptions } from '../../errors/check-options.ts'
import { discardBody } from '../../http/discard-body.ts'
import { fromNodeRequest } from '../../http/node-request.ts'
import { fileOutgoing } from '../../serve/file-outgoing.ts'
import { SERVE_KINDS } from '../../serve/serve-file.ts'
import type { ServeOptions } from '../../serve/serve-file.ts'
import { checkStorage } from '../../storage/check-storage.ts'
import type { Storage } from '../../storage/storage.ts'
import type { AnyNodeRequest, AnyNodeResponse } from './node-exchange.ts'
import { writeOutgoing } from './write-outgoing.ts'

/**
 * Answers GET and HEAD with a stored file, as Flask's `send_from_directory` does. The key may come from the client: a
 * key that is not valid, leaves the storage or names a hidden file is not found.
 *
 * @throws {UploadError} `not-found` (404), `method-not-allowed` (405), `precondition-failed` (412); the response is
 *   untouched then.
 */
export async function sendFile(
  request: AnyNodeRequest,
  response: AnyNodeResponse,
  storage: Storage,
  key: string,
  options: ServeOptions = {},
): Promise<void> {
  checkStorage('sendFile', storage)
  checkOptions('sendFile', options, SERVE_KINDS)
  const incoming = fromNodeRequest(request, { fullDuplex: true })
  const outgoing = await fileOutgoing(incoming, storage, key, options)
  await discardBody(incoming)
  await writeOutgoing(response, outgoing, incoming)
}
