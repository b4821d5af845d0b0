import { constants } from 'node:os'
import { hasErrorName } from '../errors/error-name.ts'
import { UploadError, isUploadError } from '../errors/upload-error.ts'
import { hasCode } from './system-error.ts'

/**
 * The refusal for a failure of the disk, with the system's error as its cause. It is `storage-full` if blocks, inodes
 * or the quota are used up, and `storage-failed` otherwise. Refusals and misuse (`TypeError`) stay as they are.
 */
export function toStorageError(error: unknown): Error {
  if (hasErrorName(error, 'TypeError') || isUploadError(error)) return error
  if (hasCode(error, 'ENOSPC') || isOverQuota(error)) return new UploadError('storage-full', {}, { cause: error })
  return new UploadError('storage-failed', {}, { cause: error })
}

/** Compares the number: libuv has no name for EDQUOT, and Node calls it `Unknown system error -122`. */
function isOverQuota(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'errno' in error && error.errno === -constants.errno.EDQUOT
}
