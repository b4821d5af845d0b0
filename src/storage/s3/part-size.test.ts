import { describe, expect, test } from 'vitest'
import { GiB, MiB } from '../../errors/byte-size.ts'
import { MOST_PARTS, partSize } from './part-size.ts'

const TiB = 1024 * GiB

/** The bytes of a file that fill all parts that an upload may have. */
function capacity(expectedSize: number | undefined): number {
  let size = 0
  for (let number = 1; number <= MOST_PARTS; number++) size += partSize(number, expectedSize)
  return size
}

describe('the parts of a file', () => {
  test('have 8 MiB at first, and hold 5 TiB if the size of the file is not known', () => {
    expect(partSize(1, undefined)).toBe(8 * MiB)
    expect(partSize(1000, undefined)).toBe(8 * MiB)
    expect(partSize(1001, undefined)).toBe(16 * MiB)
    expect(capacity(undefined)).toBeGreaterThanOrEqual(5 * TiB)
  })

  test.each([1, 8 * MiB, 64 * MiB, 80 * GiB, 1 * TiB, 5 * TiB])('of %i bytes have one size, and hold it', (size) => {
    const sizes = new Set(Array.from({ length: MOST_PARTS }, (_, index) => partSize(index + 1, size)))
    expect(sizes.size).toBe(1)
    expect(capacity(size)).toBeGreaterThanOrEqual(size)
  })

  test('never have more than the 5 GiB of S3, nor less than its 5 MiB', () => {
    for (const size of [undefined, 1, 5 * TiB]) {
      for (let number = 1; number <= MOST_PARTS; number++) {
        expect(partSize(number, size)).toBeLessThanOrEqual(5 * GiB)
        expect(partSize(number, size)).toBeGreaterThanOrEqual(5 * MiB)
      }
    }
  })
})
