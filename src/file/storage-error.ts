import { UploadError, isUploadError } from '../errors/upload-error.ts'
import { hasCode } from './system-error.ts'

/**
 * What a failure of the disk is told as: `storage-full` (no blocks, no inodes, over quota) or else `storage-failed`, with
 * the system's error as its cause. Refusals and misuse (`TypeError`) stay as they are.
 */
export function toStorageError(error: unknown): Error {
  if (error instanceof TypeError || (error instanceof Error && isUploadError(error))) return error
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return new UploadError('storage-full', {}, { cause: error })
  return new UploadError('storage-failed', {}, { cause: error })
}
