import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { someBytes } from '../receive/fixtures/form-body.ts'
import type { DigestAlgorithm, DigestModule } from './hasher.ts'
import * as node from './node-hasher.ts'
import * as pure from './pure-hasher.ts'

const MODULES: readonly (readonly [string, DigestModule])[] = [
  ['Node', node],
  ['JavaScript', pure],
]
const ALGORITHMS: readonly DigestAlgorithm[] = ['sha-256', 'sha-512']

/** The digest, in hexadecimal digits, of bytes that come in these pieces. */
function hash(module: DigestModule, algorithm: DigestAlgorithm, pieces: readonly Uint8Array[]): string {
  const hasher = module.createHasher(algorithm)
  for (const piece of pieces) hasher.update(piece)
  return Buffer.from(hasher.digest()).toString('hex')
}

describe.each(MODULES)('a digest made by %s', (_, module) => {
  // FIPS 180-4's examples; 1,000,000 times "a" is the long one of them.
  test.each([
    ['sha-256', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['sha-256', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['sha-256', 'a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
    [
      'sha-512',
      'abc',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
  ] as const)('is that of the standard: %s', (algorithm, text, expected) => {
    expect(hash(module, algorithm, [Buffer.from(text)])).toBe(expected)
  })

  test('does not depend on how the bytes were cut', () => {
    const text = Buffer.from('a'.repeat(1_000_000))
    const pieces: Uint8Array[] = []
    for (let at = 0, size = 1; at < text.length; at += size, size = (size * 7 + 13) % 65_537) {
      pieces.push(text.subarray(at, at + size))
    }
    expect(pieces.length).toBeGreaterThan(10)
    for (const algorithm of ALGORITHMS) expect(hash(module, algorithm, pieces)).toBe(hash(module, algorithm, [text]))
  })
})

test('a megabyte has the same digest everywhere', () => {
  for (const algorithm of ALGORITHMS) {
    const bytes = [someBytes(1024 ** 2)]
    expect(hash(pure, algorithm, bytes)).toBe(hash(node, algorithm, bytes))
  }
})

test('any bytes, in any pieces, have the same digest everywhere', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 })
  fc.assert(
    fc.property(fc.constantFrom(...ALGORITHMS), pieces, (algorithm, bytes) => {
      const whole = [Buffer.concat(bytes)]
      expect(hash(pure, algorithm, bytes)).toBe(hash(node, algorithm, bytes))
      expect(hash(pure, algorithm, bytes)).toBe(hash(node, algorithm, whole))
    }),
  )
})
