import { createHasher } from '#digest'
import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import { parseDigestField } from './digest-field.ts'
import type { DigestAlgorithm, Hasher } from './hasher.ts'

const ALGORITHMS: readonly DigestAlgorithm[] = ['sha-256', 'sha-512']

/**
 * The fields of RFC 9530. Unless a request is about a part, it encloses a whole representation (RFC 9110 section 8.1).
 * Then both fields are about the same bytes: the content, before any coding is undone.
 */
const FIELDS = [
  ['content-digest', 'Content-Digest'],
  ['repr-digest', 'Repr-Digest'],
] as const

interface Claim {
  readonly algorithm: DigestAlgorithm
  readonly hasher: Hasher
  readonly digests: Uint8Array[]
}

/** The claims of a request about its content, to compare with the bytes that come. */
export class ClaimedDigests {
  readonly #claims: Iterable<Claim>

  private constructor(claims: Iterable<Claim>) {
    this.#claims = claims
  }

  /**
   * Reads `Content-Digest` and `Repr-Digest` of the header section; a trailer section is not read. `undefined` if they
   * hold no digest that can be checked: unknown algorithms are ignored (RFC 9530 section 2).
   *
   * @throws {UploadError} `malformed-request` for a field that is not a dictionary of byte sequences.
   */
  static of({ header }: Pick<Incoming, 'header'>): ClaimedDigests | undefined {
    const claims = new Map<DigestAlgorithm, Claim>()
    for (const [field, name] of FIELDS) {
      const value = header(field)
      if (value === undefined) continue
      const claimed = parseDigestField(name, value)
      for (const algorithm of ALGORITHMS) {
        const digest = claimed.get(algorithm)
        if (digest === undefined) continue
        const claim = claims.get(algorithm)
        if (claim === undefined)
          claims.set(algorithm, { algorithm, hasher: createHasher(algorithm), digests: [digest] })
        else claim.digests.push(digest)
      }
    }
    return claims.size === 0 ? undefined : new ClaimedDigests([...claims.values()])
  }

  /** Bytes of the content, in order. */
  append(bytes: Uint8Array): void {
    for (const { hasher } of this.#claims) hasher.update(bytes)
  }

  /**
   * Call it once, when all the content has come.
   *
   * @throws {UploadError} `digest-mismatch` if a claim is not true.
   */
  verify(): void {
    for (const { algorithm, hasher, digests } of this.#claims) {
      const actual = hasher.digest()
      if (digests.some((digest) => !isEqual(digest, actual))) throw new UploadError('digest-mismatch', { algorithm })
    }
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}
