import type { FileLimit } from '../errors/file-limit.ts'
import { UploadError } from '../errors/upload-error.ts'

/** The refusal of a body that has more than `limit` bytes. It tells the limits of files, unless they allow more than the whole. */
export function bodyTooLarge(limit: number, fileLimits: readonly FileLimit[] = []): UploadError<'body-too-large'> {
  const limits = fileLimits
    .filter(({ maxFileSize }) => maxFileSize < limit)
    // A set and the limits of a form have these members, and others that are no business of the client.
    .map(({ field, maxFileSize, maxFiles }) => ({ ...(field !== undefined && { field }), maxFileSize, maxFiles }))
  return new UploadError('body-too-large', { limit, ...(limits.length > 0 && { limits }) })
}
