import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Outgoing } from '../http/outgoing.ts'
import { serveFile } from '../serve/serve-file.ts'
import type { Gate } from './gate.ts'
import type { FileRoute } from './route.ts'
import type { ServePlans } from './serve-plans.ts'

/**
 * GET and HEAD of a file.
 *
 * @throws {UploadError} refusals of the gate; `file-gone`, `not-found`, and the errors of `serveFile`.
 */
export async function serveDownload(
  incoming: Incoming,
  route: FileRoute,
  gate: Gate,
  plans: ServePlans,
): Promise<Outgoing> {
  const { set, key, query } = route
  const { reason, link } = await gate.admit('fetch', incoming, route)
  const file = await set.open(key)
  try {
    // The link is checked against the open file, so that no other file can take its place before the answer.
    link?.check(file?.entry)
  } catch (error) {
    // file-gone: the link is for another version of the file, or the file is not there.
    await file?.close()
    throw error
  }
  if (file === undefined) throw new UploadError('not-found', { key })
  return serveFile(incoming, file, plans.planOf(reason, query.has('download')))
}
