import type { FileLimit } from '../errors/file-limit.ts'
import { UploadError } from '../errors/upload-error.ts'

/** The refusal of a body of more than `limit` bytes. It lists limits of files that are below that. */
export function bodyTooLarge(limit: number, fileLimits: readonly FileLimit[] = []): UploadError<'body-too-large'> {
  const limits = fileLimits
    .filter(({ maxFileSize }) => maxFileSize < limit)
    // A set and the limits of a form have other members as well, which the client must not see.
    .map(({ field, maxFileSize, maxFiles }) => ({
      ...(field !== undefined && { field }),
      maxFileSize,
      // JSON has no Infinity.
      maxFiles: maxFiles === Infinity ? null : maxFiles,
    }))
  return new UploadError('body-too-large', { limit, ...(limits.length > 0 && { limits }) })
}
