import { isInnerList, parseDictionary, serializeDictionary } from 'structured-headers'
import { UploadError } from '../errors/upload-error.ts'
import type { DigestAlgorithm } from './hasher.ts'

/** A digest as it stands in a field of HTTP: `sha-256=:base64:` (RFC 9530 section 2). */
export function toDigestField(algorithm: DigestAlgorithm, digest: Uint8Array<ArrayBuffer>): string {
  return serializeDictionary({ [algorithm]: digest })
}

/**
 * Reads a field of digests, those of unknown algorithms included.
 *
 * @param name the name of the field, for the message
 * @throws {UploadError} `malformed-request` if it is not a dictionary of byte sequences (RFC 9651 sections 3.2 and
 *   3.3.5).
 */
export function parseDigestField(name: string, value: string): ReadonlyMap<string, Uint8Array> {
  const digests = new Map<string, Uint8Array>()
  for (const [algorithm, member] of parseMembers(name, value)) {
    const item = isInnerList(member) ? undefined : member[0]
    if (!(item instanceof ArrayBuffer)) throw malformed(name)
    digests.set(algorithm, new Uint8Array(item))
  }
  return digests
}

function parseMembers(name: string, value: string): ReturnType<typeof parseDictionary> {
  try {
    return parseDictionary(value)
  } catch (error) {
    // A ParseError: the parser throws no other.
    throw malformed(name, error)
  }
}

function malformed(name: string, cause?: unknown): UploadError {
  return new UploadError('malformed-request', { reason: `${name} is not of the form sha-256=:base64:` }, { cause })
}
