import { MEDIA_TYPE_HINTS } from '../errors/media-type-hints.ts'
import { UploadError } from '../errors/upload-error.ts'
import { toMediaType } from '../http/media-type.ts'

/** RFC 2046 section 5.1.1: 1 to 70 characters, the last of them no space. */
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/

/** True for a boundary that RFC 2046 section 5.1.1 allows. */
export function isBoundary(text: string): boolean {
  return BOUNDARY.test(text)
}

/**
 * The boundary that a Content-Type announces.
 *
 * @throws {UploadError} `unsupported-media-type` for anything but `multipart/form-data`; `malformed-request` where the
 *   boundary is missing, named twice or not allowed.
 */
export function parseBoundary(contentType: string): string {
  const mediaType = toMediaType(contentType)
  if (mediaType === undefined && /^\s*multipart\/form-data\b/i.test(contentType)) {
    throw new UploadError('malformed-request', { reason: 'the Content-Type cannot be read' })
  }
  if (mediaType?.essence !== 'multipart/form-data') {
    throw new UploadError('unsupported-media-type', { contentType, hint: MEDIA_TYPE_HINTS.multipart })
  }
  const boundary = mediaType.parameters.get('boundary')
  if (boundary === undefined) {
    throw new UploadError('malformed-request', {
      reason: 'the Content-Type has no boundary; leave the header to the client that encodes the form',
    })
  }
  if (!isBoundary(boundary)) {
    throw new UploadError('malformed-request', {
      reason: 'the boundary in the Content-Type is longer than 70 characters or has characters that are not allowed',
    })
  }
  return boundary
}
