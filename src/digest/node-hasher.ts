import { createHash } from 'node:crypto'
import type { DigestAlgorithm, Hasher } from './hasher.ts'

/** Node's own implementation; Bun and Deno have it too. */
export function createHasher(algorithm: DigestAlgorithm): Hasher {
  const hash = createHash(algorithm.replace('-', ''))
  return {
    update(bytes) {
      hash.update(bytes)
    },
    digest: () => hash.digest(),
  }
}
