/** Sizes in place of those of `part-size.ts`, so that a file of a few hundred bytes has parts. */
export const SMALL_PARTS = {
  MOST_PARTS: 10_000,
  PART_SIZE: 64,
  LARGEST_IN_MEMORY: 128,
  COPIED_SIZE: 150,
  partSize: (): number => 64,
}
