import { UploadError } from '../errors/upload-error.ts'

/** A signature as a query can hold it (base64url, RFC 4648 section 5, without padding). */
export function toSignatureText(signature: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...signature))
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/**
 * The 32 bytes of a signature. Each has one spelling: the two bits that are left over in its last letter are 0.
 *
 * @throws {UploadError} `invalid-link` for anything else.
 */
export function parseSignature(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]{42}[AEIMQUYcgkosw048]$/.test(text)) throw new UploadError('invalid-link', {})
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}
