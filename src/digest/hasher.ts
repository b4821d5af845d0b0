/** The hash functions of RFC 9530 that are neither broken nor deprecated (section 7.2). */
export type DigestAlgorithm = 'sha-256' | 'sha-512'

/** A digest that is being computed. It does not keep the bytes. */
export interface Hasher {
  update(bytes: Uint8Array): void
  /** The digest of all bytes so far. Call it once, at the end. */
  digest(): Uint8Array<ArrayBuffer>
}

/** The module that `#digest` stands for: Node's own hash functions if the runtime has them, otherwise JavaScript. */
export interface DigestModule {
  createHasher(algorithm: DigestAlgorithm): Hasher
}
