import { MEDIA_TYPE_HINTS } from '../errors/media-type-hints.ts'
import { UploadError } from '../errors/upload-error.ts'
import { ContentType } from '../http/content-type.ts'

/**
 * Wider than RFC 2046 section 5.1.1, since clients are: Android sends `*****`. No character may end or escape a quoted
 * value. A space at the end would look like padding.
 */
const BOUNDARY = /^(?=.{1,256}$)[ !#-;=?-[\]-~]*[!#-;=?-[\]-~]$/

/** The same rule as a part of a sentence. */
export const BOUNDARY_RULE: string =
  'a boundary has 1 to 256 visible ASCII characters or spaces, without `"`, `\\`, `<` and `>`, ' +
  'and no space at the end'

/**
 * True for 1 to 256 visible ASCII characters and spaces, without `"`, `\`, `<` and `>`, and without a space at the end.
 */
export function isBoundary(text: string): boolean {
  return BOUNDARY.test(text)
}

const NO_BOUNDARY = 'the Content-Type has no boundary; leave the header to the client that encodes the form'
/** A Content-Type with `boundary=` and no value, which is not a valid list of parameters. */
const EMPTY_BOUNDARY = /;[ \t]*boundary[ \t]*=[ \t]*(?:;|$)/i

/**
 * The boundary that a Content-Type announces.
 *
 * @throws {UploadError} `unsupported-media-type` for anything but `multipart/form-data`; `malformed-request` if the
 *   boundary is missing, given twice, given as `boundary*` (RFC 2231), or not allowed.
 */
export function parseBoundary(contentType: string): string {
  return boundaryOf(new ContentType(contentType))
}

/** As `parseBoundary`, for a Content-Type that may have been parsed before. */
export function boundaryOf({ text, kind, mediaType }: ContentType): string {
  if (kind !== 'form') {
    throw new UploadError('unsupported-media-type', { contentType: text, hint: MEDIA_TYPE_HINTS.multipart })
  }
  if (mediaType === undefined) {
    throw malformed(EMPTY_BOUNDARY.test(text) ? NO_BOUNDARY : 'the Content-Type cannot be read')
  }
  // Some readers would take its value as the boundary and others would not.
  const extended = [...mediaType.parameters.keys()].find((name) => name.startsWith('boundary*'))
  if (extended !== undefined) {
    throw malformed(`the Content-Type has a parameter ${extended}; send the boundary as plain "boundary"`)
  }
  const boundary = mediaType.parameters.get('boundary')
  if (boundary === undefined || boundary === '') throw malformed(NO_BOUNDARY)
  if (!isBoundary(boundary)) throw malformed(`the boundary in the Content-Type is not allowed: ${BOUNDARY_RULE}`)
  return boundary
}

function malformed(reason: string): UploadError {
  return new UploadError('malformed-request', { reason })
}
