import type { VerifiedLink } from '../access/signed-links.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Outgoing } from '../http/outgoing.ts'
import { fileOutgoing } from '../serve/file-outgoing.ts'
import { serveFile } from '../serve/serve-file.ts'
import type { ServeOptions } from '../serve/serve-file.ts'
import type { Gate } from './gate.ts'
import type { FileRoute } from './route.ts'
import type { ServePlans } from './serve-plans.ts'

/**
 * GET and HEAD of a file.
 *
 * @throws {UploadError} what the gate refuses; `file-gone`, `not-found`, and what `serveFile` throws.
 */
export async function serveDownload(
  incoming: Incoming,
  route: FileRoute,
  gate: Gate,
  plans: ServePlans,
): Promise<Outgoing> {
  const { reason, link } = await gate.admit('fetch', incoming, route)
  const plan = plans.planOf(reason, route.query.has('download'))
  if (link !== undefined) return serveLinkedFile(incoming, route, plan, link)
  return fileOutgoing(incoming, route.set.storage, route.key, plan)
}

/** Checks the link against the file that is open, so that no other file can take its place between check and answer. */
async function serveLinkedFile(
  incoming: Incoming,
  { set, key }: FileRoute,
  plan: ServeOptions,
  link: VerifiedLink,
): Promise<Outgoing> {
  const file = await set.storage.open(key)
  try {
    link.check(file?.entry)
  } catch (error) {
    // file-gone: the link is for another version of the file, or the file is not there.
    await file?.close()
    throw error
  }
  if (file === undefined) throw new UploadError('not-found', { key })
  return serveFile(incoming, file, plan)
}
