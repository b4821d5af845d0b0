/*!
 * As built, holds @noble/hashes, Copyright (c) 2022 Paul Miller (https://paulmillr.com), under the MIT License: LICENSE
 * has its text.
 */
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import type { DigestAlgorithm, Hasher } from './hasher.ts'

const HASHES = { 'sha-256': sha256, 'sha-512': sha512 } as const

/** For runtimes without `node:crypto`: Web Crypto hashes only what is in memory as a whole. */
export function createHasher(algorithm: DigestAlgorithm): Hasher {
  const hash = HASHES[algorithm].create()
  return {
    update(bytes) {
      hash.update(bytes)
    },
    digest: () => hash.digest(),
  }
}
