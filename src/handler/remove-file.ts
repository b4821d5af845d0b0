import { isUploadError, UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import type { Outgoing } from '../http/outgoing.ts'
import type { Storage } from '../storage/storage.ts'
import { deleteOnCondition, isConditional } from '../serve/preconditions.ts'
import type { Gate } from './gate.ts'
import type { FileRoute } from './route.ts'

/**
 * DELETE of a file.
 *
 * @throws {UploadError} refusals of the gate; `not-found`, `precondition-failed`, `storage-failed`.
 */
export async function removeFile(incoming: Incoming, route: FileRoute, gate: Gate): Promise<Outgoing> {
  const { set, key } = route
  await gate.admit('delete', incoming, route)
  const unseenAs = isConditional(incoming) ? await gate.unseenName(incoming, route) : undefined
  if (await isDeleted(incoming, set.storage, key, unseenAs !== undefined)) return { status: 204, headers: {} }
  throw new UploadError('not-found', { key: unseenAs ?? key })
}

/** Deletes a file. If the client may not see the file, a condition that does not hold counts as a missing file. */
async function isDeleted(incoming: Incoming, storage: Storage, key: string, isUnseen: boolean): Promise<boolean> {
  try {
    return await deleteOnCondition(incoming, storage, key)
  } catch (error) {
    if (isUnseen && isUploadError(error) && error.code === 'precondition-failed') return false
    throw error
  }
}
