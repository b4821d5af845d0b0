/** At least 32 random bytes, known only to your servers; a string counts in UTF-8. */
export type Secret = string | Uint8Array

/** Signs texts, and recognises its signatures. */
export interface Signer {
  /** The 32 bytes of a signature (HMAC-SHA-256, RFC 2104). */
  sign(message: string): Promise<Uint8Array<ArrayBuffer>>
  verify(message: string, signature: Uint8Array<ArrayBuffer>): Promise<boolean>
}

const MIN_SECRET_BYTES = 32

/**
 * If there are several secrets, the first signs and all are accepted. So a new secret can replace an old one while the
 * signatures of the old one run out.
 *
 * @throws {TypeError} for a missing secret, and for one of less than 32 bytes.
 */
export function signer(secret: Secret | readonly Secret[]): Signer {
  const secrets = (isList(secret) ? secret : [secret]).map(toSecretBytes)
  if (secrets.length === 0) throw new TypeError('Signing needs a secret of at least 32 random bytes.')
  let imported: Promise<readonly CryptoKey[]> | undefined
  const keys = (): Promise<readonly CryptoKey[]> => (imported ??= Promise.all(secrets.map(importKey)))

  return {
    async sign(message) {
      const [key] = await keys()
      if (key === undefined) throw new TypeError('Signing needs a secret of at least 32 random bytes.')
      return new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(message)))
    },
    async verify(message, signature) {
      const bytes = new TextEncoder().encode(message)
      // `verify` takes as long for a false signature as for a true one, and tries every secret even after one fits.
      const verdicts = (await keys()).map((key) => crypto.subtle.verify('HMAC', key, signature, bytes))
      return (await Promise.all(verdicts)).includes(true)
    },
  }
}

function toSecretBytes(secret: Secret): Uint8Array<ArrayBuffer> {
  // A number would become as many zero bytes. The message leaves out the value, which may be part of a secret.
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) {
    throw new TypeError(
      `A secret must be a string or bytes, not ${secret === undefined ? 'undefined' : typeof secret}.`,
    )
  }
  // A copy: the caller may overwrite the bytes.
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : new Uint8Array(secret)
  if (bytes.length >= MIN_SECRET_BYTES) return bytes
  throw new TypeError(
    `A secret needs at least ${MIN_SECRET_BYTES} bytes; this one has ${bytes.length}. Make one with: openssl rand -base64 32`,
  )
}

async function importKey(secret: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
}

function isList(secret: Secret | readonly Secret[]): secret is readonly Secret[] {
  return Array.isArray(secret)
}
