const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const DASH = 0x2d

const MOST_SHIFTED = 255

/** How far a search for one delimiter may leap. */
export interface LeapTables {
  /** 1 by the `triple` of any three neighbours in a line with the delimiter, the byte behind it included. */
  readonly triples: Uint8Array
  /** By a byte: how far to move on from a place at which it is under the last byte of the delimiter. */
  readonly shifts: Uint8Array
}

/** @param pattern a byte for the line end, and the delimiter */
export function leapTables(pattern: Uint8Array): LeapTables {
  const size = pattern.length
  const last = size - 1
  // In one piece of memory, since to allocate a second one costs as much as to fill both.
  const memory = new Uint8Array(4096 + 256)
  const triples = memory.subarray(0, 4096)
  for (let index = 1; index + 2 < size; index += 1) triples[triple(pattern, index)] = 1
  for (const byte of [CR, LF]) triples[hash(byte, DASH, DASH)] = 1
  for (const byte of [CR, LF, DASH, SPACE, TAB]) {
    triples[hash(pattern[size - 2] ?? 0, pattern[size - 1] ?? 0, byte)] = 1
  }
  // A shorter shift than is allowed does no harm.
  const shifts = memory.subarray(4096).fill(Math.min(size, MOST_SHIFTED))
  for (const byte of [CR, LF]) shifts[byte] = Math.min(last, MOST_SHIFTED)
  for (let index = 1; index < last; index += 1) shifts[pattern[index] ?? 0] = Math.min(last - index, MOST_SHIFTED)
  return { triples, shifts }
}

/** The number of three neighbours, below 4096. Others may have the same number. */
export function triple(bytes: Uint8Array, at: number): number {
  return hash(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0)
}

function hash(first: number, second: number, third: number): number {
  return ((first << 6) ^ (second << 3) ^ third) & 4095
}
