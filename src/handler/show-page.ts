import { UploadError } from '../errors/upload-error.ts'
import type { AnyUploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Outgoing } from '../http/outgoing.ts'
import type { Gate } from './gate.ts'
import { listOf, readFolder, readList } from './list-files.ts'
import { pageOutgoing, SIGN_IN } from './page/page-answer.ts'
import type { UploadPage } from './page/page.ts'
import type { Route } from './route.ts'

/**
 * GET and HEAD of a set by a person: the parts of the page that this client may see.
 *
 * @throws {UploadError} `unauthenticated` and `forbidden` if it may see nothing; otherwise as `listFiles`.
 */
export async function showPage(page: UploadPage, incoming: Incoming, route: Route, gate: Gate): Promise<Outgoing> {
  const rights = await gate.pageRights(incoming, route)
  const { list, upload, unauthenticated } = rights
  if (unauthenticated !== undefined && ((!list && !upload) || route.query.has(SIGN_IN))) throw unauthenticated
  if (!list && !upload) throw new UploadError('forbidden', { action: 'upload' })
  if (!list) return pageOutgoing(page, incoming, { route, rights, list: undefined })
  return pageOutgoing(page, incoming, { route, rights, list: await readList(route), folder: readFolder(route.query) })
}

/**
 * A refusal for a person: the page with the status of the refusal.
 *
 * @throws {UploadError} `storage-failed`; also errors of the hook and the page.
 */
export async function showRefusal(
  page: UploadPage,
  incoming: Incoming,
  route: Route,
  gate: Gate,
  refusal: AnyUploadError,
): Promise<Outgoing> {
  const rights = await gate.pageRights(incoming, route)
  // The query may be the reason of the refusal, so it is not used.
  const list = rights.list ? await listOf(route, { order: 'newest' }) : undefined
  return pageOutgoing(page, incoming, { route, rights, list }, refusal)
}
