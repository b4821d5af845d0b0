/** What RFC 9530 calls the hash functions that are neither broken nor deprecated (section 7.2). */
export type DigestAlgorithm = 'sha-256' | 'sha-512'

/** A digest in the making: nothing is kept of the bytes that went in. */
export interface Hasher {
  update(bytes: Uint8Array): void
  /** The digest of all bytes so far; to be called once, at the end. */
  digest(): Uint8Array<ArrayBuffer>
}

/** What `#digest` is: Node's own hash functions where there are some, in JavaScript where not. */
export interface DigestModule {
  createHasher(algorithm: DigestAlgorithm): Hasher
}
