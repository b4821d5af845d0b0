import { isUploadError, UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Outgoing } from '../http/outgoing.ts'
import { checkPreconditions, deleteOnCondition, isConditional } from '../serve/preconditions.ts'
import type { Gate } from './gate.ts'
import { watched } from './hook-watch.ts'
import type { UploadHooks } from './hooks.ts'
import type { FileRoute } from './route.ts'

export interface RemoveFileOptions extends Pick<UploadHooks<unknown, unknown>, 'deleted'> {
  /** Gets a `TypeError` if `deleted` takes long. */
  readonly onHookFault: (error: TypeError) => void
}

/**
 * DELETE of a file.
 *
 * @throws {UploadError} refusals of the gate; `not-found`, `precondition-failed`, `storage-failed`; the errors of the
 *   hook, and the file stays then.
 */
export async function removeFile(
  incoming: Incoming,
  route: FileRoute,
  gate: Gate,
  options: RemoveFileOptions,
): Promise<Outgoing> {
  await gate.admit('delete', incoming, route)
  const unseenAs = isConditional(incoming) ? await gate.unseenName(incoming, route) : undefined
  if (await isDeleted(incoming, route, options, unseenAs !== undefined)) return { status: 204, headers: {} }
  throw new UploadError('not-found', { key: unseenAs === undefined ? route.key : route.scope.keyOf(unseenAs) })
}

/** Deletes a file. If the client may not see the file, a condition that does not hold counts as a missing file. */
async function isDeleted(
  incoming: Incoming,
  route: FileRoute,
  options: RemoveFileOptions,
  isUnseen: boolean,
): Promise<boolean> {
  try {
    if (options.deleted === undefined) return await deleteOnCondition(incoming, route.set.storage, route.key)
    return await deleteAfterHook(incoming, route, options.deleted, options.onHookFault)
  } catch (error) {
    if (isUnseen && isUploadError(error) && error.code === 'precondition-failed') return false
    throw error
  }
}

/** Tells the hook which file goes, and deletes that file and no later one under its key. */
async function deleteAfterHook(
  incoming: Incoming,
  { set, key, context, scope }: FileRoute,
  deleted: NonNullable<RemoveFileOptions['deleted']>,
  onHookFault: RemoveFileOptions['onHookFault'],
): Promise<boolean> {
  const open = await set.open(key)
  if (open === undefined) return false
  const { entry, file } = open
  await open.close()
  const meant = await checkPreconditions(incoming, set.storage, key)
  if (meant !== undefined && meant.version !== entry.version) throw new UploadError('precondition-failed', {})
  const { native: request, signal } = incoming
  const facts = { set: set.name, request, context, scope: scope.folder, signal }
  await watched('deleted', () => deleted(file, facts), onHookFault)
  // False if the file is gone already, or another file has its key now: what the client saw is gone.
  await set.storage.delete(key, { version: entry.version })
  return true
}
