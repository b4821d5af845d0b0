/**
 * Digests of secrets under a random key that stays in this process. The time of comparing two of them reveals nothing
 * about the secrets or their lengths.
 */
export class SecretDigests {
  #key: Promise<CryptoKey> | undefined

  /** The HMAC-SHA-256 (RFC 2104) of the texts, 32 bytes. `a`, `bc` and `ab`, `c` have different digests. */
  async digest(...texts: readonly string[]): Promise<Uint8Array> {
    this.#key ??= crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    const bytes = new TextEncoder().encode(JSON.stringify(texts))
    return new Uint8Array(await crypto.subtle.sign('HMAC', await this.#key, bytes))
  }
}

/** Looks at every byte, even after a difference. */
export function isSameDigest(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length
  for (const [index, byte] of one.entries()) difference |= byte ^ (other[index] ?? 0)
  return difference === 0
}
