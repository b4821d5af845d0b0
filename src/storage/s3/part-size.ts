import { MiB } from '../../errors/byte-size.ts'

/** Parts of one upload, and bytes of one part, at most. */
export const MOST_PARTS = 10_000
const LARGEST_PART = 5 * 1024 * MiB

/** Bytes of a part, unless the file needs larger ones. A file of fewer bytes is sent in one request. */
export const PART_SIZE: number = 8 * MiB

/** A part that is larger is not kept in memory. */
export const LARGEST_IN_MEMORY: number = 2 * PART_SIZE

/** An object of more bytes is copied in parts of this size. S3 copies 5 GiB in one request, but that takes minutes. */
export const COPIED_SIZE: number = 256 * MiB

/** After so many parts of a file of unknown size, parts have twice the size. */
const GROWS_AFTER = 1000

/**
 * Bytes of the part with this number, which begins with 1. All parts of a file of known size have the same size, as R2
 * needs it. Without a known size, they double after each thousand: 10,000 of them hold 8 TiB.
 */
export function partSize(number: number, expectedSize: number | undefined): number {
  if (expectedSize !== undefined && expectedSize <= LARGEST_PART * MOST_PARTS) {
    const needed = Math.ceil(expectedSize / MOST_PARTS)
    if (number <= MOST_PARTS) return Math.max(PART_SIZE, Math.ceil(needed / MiB) * MiB)
  }
  return Math.min(LARGEST_PART, PART_SIZE * 2 ** Math.floor((number - 1) / GROWS_AFTER))
}
