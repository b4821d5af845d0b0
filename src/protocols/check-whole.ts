import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'

/**
 * Refuses a body that says it is not the whole of what is uploaded (RFC 9110 section 14.5; draft-ietf-httpbis-resumable-upload).
 * Each part would become a file of its own. Every upload of an iPhone has one of the draft's headers, and says by it that the
 * body is whole.
 *
 * @throws {UploadError} `malformed-request`.
 */
export function checkWhole({ header }: Pick<Incoming, 'header'>): void {
  const partial = partialHeader(header)
  if (partial === undefined) return
  const reason = `a part of a file, as ${partial} says, cannot be stored; send the file in one request`
  throw new UploadError('malformed-request', { reason })
}

function partialHeader(header: Incoming['header']): string | undefined {
  if (header('content-range') !== undefined) return 'Content-Range'
  if (header('upload-complete')?.trim() === '?0') return 'Upload-Complete'
  // Before version 4 of the draft.
  return header('upload-incomplete')?.trim() === '?1' ? 'Upload-Incomplete' : undefined
}
