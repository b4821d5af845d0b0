import { toMediaType } from '../http/media-type.ts'
import { OCTET_STREAM } from './type-by-name.ts'

/**
 * The names that a media type may have (RFC 6838 section 4.2): fewer than the tokens that HTTP lets through, such as
 * `*`.
 */
const REGISTERED = /^[a-z0-9][a-z0-9_!#$&^.+-]{0,126}\/[a-z0-9][a-z0-9_!#$&^.+-]{0,126}$/

/**
 * A `Content-Type` as `type/subtype`, lower-case and without parameters; `application/octet-stream` if it is absent
 * or malformed. It is what the client says, and nothing that the bytes prove.
 */
export function claimedType(contentType: string | undefined): string {
  if (contentType === undefined) return OCTET_STREAM
  // A type that was read before needs no reading.
  if (REGISTERED.test(contentType)) return contentType
  const essence = toMediaType(contentType)?.essence
  return essence !== undefined && REGISTERED.test(essence) ? essence : OCTET_STREAM
}
