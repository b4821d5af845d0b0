/** A signature as a URL and a form can hold it (base64url, RFC 4648 section 5, without padding). */
export function toSignatureText(signature: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...signature))
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/**
 * The 32 bytes of a signature; `undefined` for what is none. Each has one spelling: the two bits that are left over in its
 * last letter are 0.
 */
export function fromSignatureText(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]{42}[AEIMQUYcgkosw048]$/.test(text)) return undefined
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}
