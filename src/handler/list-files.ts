import { UploadError } from '../errors/upload-error.ts'
import { isKey } from '../filename/key.ts'
import { parseContentLength } from '../http/content-length.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Outgoing } from '../http/outgoing.ts'
import type { StoredFilePage } from '../policy/upload-set.ts'
import type { ListOptions } from '../storage/storage.ts'
import { toListAnswer } from './file-answer.ts'
import type { Gate } from './gate.ts'
import { jsonOutgoing } from './json-outgoing.ts'
import type { Route } from './route.ts'

const MAX_PAGE = 1000

/**
 * GET and HEAD of a set by a program.
 *
 * @throws {UploadError} refusals of the gate; `malformed-request`, `storage-failed`.
 */
export async function listFiles(incoming: Incoming, route: Route, gate: Gate): Promise<Outgoing> {
  await gate.admit('list', incoming, route)
  return jsonOutgoing(incoming, 200, toListAnswer(route, await readList(route)))
}

/**
 * The part of the list that the query asks for.
 *
 * @throws {UploadError} `malformed-request` for a query that is not valid; `storage-failed`.
 */
export async function readList(route: Route): Promise<StoredFilePage> {
  const { query } = route
  const cursor = query.get('cursor')
  const order = query.get('order') ?? 'newest'
  const limit = parseContentLength(query.get('limit') ?? '100') ?? 0
  if (order !== 'newest' && order !== 'name') {
    throw new UploadError('malformed-request', { reason: '"order" is neither "newest" nor "name"' })
  }
  if (limit < 1 || limit > MAX_PAGE) {
    throw new UploadError('malformed-request', { reason: `"limit" is not a number from 1 to ${MAX_PAGE}` })
  }
  const folder = readFolder(query)
  return listOf(route, {
    order,
    limit,
    ...(cursor !== null && { cursor }),
    ...(folder !== undefined && { folder }),
  })
}

/**
 * The folder that the query asks for, relative to the scope; `undefined` for all of them.
 *
 * @throws {UploadError} `malformed-request` for a text that is not the path of a folder.
 */
export function readFolder(query: URLSearchParams): string | undefined {
  const [folder, ...others] = query.getAll('folder')
  if (folder === undefined || (others.length === 0 && isKey(folder))) return folder
  throw new UploadError('malformed-request', { reason: '"folder" is not one path of a folder, such as a/b' })
}

/** A list of the files that the client may see. Its `folder` is relative to the scope. */
export function listOf({ set, scope }: Route, { folder, ...options }: ListOptions): Promise<StoredFilePage> {
  const whole = folder === undefined ? scope.folder : scope.keyOf(folder)
  return set.list(whole === '' ? options : { ...options, folder: whole })
}
