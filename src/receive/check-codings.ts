import { MEDIA_TYPE_HINTS } from '../errors/media-type-hints.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'

/** IANA's registry of HTTP content codings (RFC 9110 section 8.4.1), without `identity`. */
const CONTENT_CODINGS: ReadonlySet<string> = new Set([
  'aes128gcm',
  'br',
  'compress',
  'dcb',
  'dcz',
  'deflate',
  'exi',
  'gzip',
  'pack200-gzip',
  'x-compress',
  'x-gzip',
  'zstd',
])

/**
 * Refuses a coded body, since Decant does not decode any. A Content-Encoding that is not registered, such as `utf-8`,
 * is ignored for a multipart body, which proves itself by its boundary. For other bodies it may mean anything.
 *
 * @throws {UploadError} `unsupported-transfer-coding` for a transfer coding other than `chunked`, if the runtime shows
 *   it; `unsupported-media-type` for a content coding.
 */
export function checkCodings({ header, contentType }: Pick<Incoming, 'header' | 'contentType'>): void {
  // Node removes the chunks alone, and takes `gzip, chunked` (RFC 9112 section 6.1).
  const coding = toList(header('transfer-encoding')).find((each) => each !== 'chunked')
  if (coding !== undefined) throw new UploadError('unsupported-transfer-coding', { coding })

  const { text, kind } = contentType
  const isMultipart = kind === 'form' || kind === 'multipart'
  const codings = toList(header('content-encoding')).filter((each) => each !== 'identity')
  const contentEncoding = codings.find((each) => !isMultipart || CONTENT_CODINGS.has(each))
  if (contentEncoding === undefined) return
  const { uncoded: hint } = MEDIA_TYPE_HINTS
  throw new UploadError('unsupported-media-type', { contentType: text, contentEncoding, hint })
}

/** The members of a list, in lower case; empty ones do not count (RFC 9110 section 5.6.1). */
function toList(value: string | undefined): string[] {
  // Nearly every request has neither header.
  if (value === undefined) return []
  return value
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '')
}
