const LF = 0x0a
const CR = 0x0d
const DASH = 0x2d

/** A delimiter of fewer bytes is looked for by its first five alone: leaps would be no longer. */
const LONG = 8
/** So many bytes are looked through without the tables, since small parts end soon. */
const NEAR = 64
/** The most bytes that are searched step by step before leaps are tried again. */
const MOST_STEPPED = 8192
/** Steps that are shorter than this, one with another, are given up. */
const WORTHWHILE = 8
/** How much is looked through before the runtime is asked again where the next CR is. */
const SCANNED = 2048

/**
 * Node's own search, in C++, is the quicker one where bytes were made to hold ours up. A delimiter that is not long it searches
 * naively: a CR then costs it as much as a hundred bytes cost us.
 */
const hasNative = 'Buffer' in globalThis

/** 1 for the bytes that every delimiter begins with. */
const BEGINNING = new Uint8Array(256)
for (const byte of [CR, LF, DASH]) BEGINNING[byte] = 1

/**
 * What the delimiter that was looked for last has where: 1 by the number of any three neighbours in it; and by a byte, how far to
 * move on from a place where it is under the last one. One for all decoders, since a decoder then needs no memory of its own, and
 * compiled code knows where they are, which makes it a good deal quicker. To make them anew costs less than a chunk does.
 */
const TRIPLES = new Uint8Array(4096)
const SHIFTS = new Uint8Array(256)
let known: Uint8Array = new Uint8Array(0)

/**
 * Looks for a delimiter (CR LF, two dashes and a boundary) in bytes. Exact, and linear whatever they are: a boundary has no CR, so
 * the only CR of a delimiter is its first byte, and no other one begins within what was alike in vain.
 *
 * How it works: wherever a delimiter is, it covers one place of any row of places that are less far apart than it is long. So only
 * those are looked at, four at once, which processors do in the time of one: has a delimiter these three bytes at all? Where it has,
 * the search goes on step by step, each as long as the byte under the last one of the delimiter allows (Horspool's search).
 */
export class DelimiterSearch {
  readonly #delimiter: Uint8Array
  /** Where bytes were last found to be no delimiter after all: often they are not at the same place again. */
  #difference = 1

  /** @param delimiter CR LF, two dashes and the boundary. */
  constructor(delimiter: Uint8Array) {
    this.#delimiter = delimiter
  }

  /** Where in the chunk the first whole delimiter from `start` on begins, or -1. */
  find(chunk: Uint8Array, start: number): number {
    const size = this.#delimiter.length
    // What small parts are made of ends soon.
    const found = this.#scan(chunk, start, start + NEAR)
    if (found !== -1 || chunk.length - start < size + NEAR) return found
    return size < LONG ? this.#afterAll(chunk, start + NEAR) : this.#leap(chunk, start + NEAR)
  }

  /** As `find`, by leaps over what no delimiter can be in, and by steps over what one may be in. */
  #leap(chunk: Uint8Array, start: number): number {
    const delimiter = this.#delimiter
    if (known !== delimiter) learn(delimiter)
    const reach = delimiter.length - 1
    const stride = delimiter.length - 2
    const last = delimiter[reach] ?? 0
    const size = chunk.length
    let stepped = 0
    let at = start
    while (at + reach < size) {
      const before = at
      let place = at + stride - 1
      while (
        place + 3 * stride + 2 < size &&
        ((TRIPLES[triple(chunk, place)] ?? 0) |
          (TRIPLES[triple(chunk, place + stride)] ?? 0) |
          (TRIPLES[triple(chunk, place + 2 * stride)] ?? 0) |
          (TRIPLES[triple(chunk, place + 3 * stride)] ?? 0)) ===
          0
      ) {
        place += 4 * stride
      }
      at = place - stride + 1
      stepped = at === before ? Math.min(stepped * 2 + 4 * stride, MOST_STEPPED) : 4 * stride
      let end = at + reach
      const to = Math.min(end + stepped, size)
      let steps = stepped / WORTHWHILE
      while (end < to && steps > 0) {
        const byte = chunk[end] ?? 0
        let shift = SHIFTS[byte] ?? 1
        if (byte === last && chunk[end - reach] === CR) {
          const alike = this.#alike(chunk, end - reach)
          if (alike > reach) return end - reach
          steps -= alike / 2
          if (alike > shift) shift = alike
        }
        steps -= 1
        end += shift
      }
      at = end - reach
      if (end < to) return this.#afterAll(chunk, at)
    }
    return -1
  }

  /** The rest of a chunk that was made to hold the search up, or that the search is no use for. */
  #afterAll(chunk: Uint8Array, start: number): number {
    if (hasNative && this.#delimiter.length >= LONG) {
      return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).indexOf(this.#delimiter, start)
    }
    for (let at = start; at < chunk.length; at += SCANNED) {
      // Where there is no CR, the runtime knows it at once.
      at = chunk.indexOf(CR, at)
      if (at === -1) return -1
      const found = this.#scan(chunk, at, at + SCANNED)
      if (found !== -1) return found
    }
    return -1
  }

  /** As `find`, of delimiters that begin before `end`: every fourth byte is asked whether it is one of the first four of one. */
  #scan(chunk: Uint8Array, start: number, end: number): number {
    const delimiter = this.#delimiter
    const fifth = delimiter[4] ?? 0
    const to = Math.min(end, chunk.length - delimiter.length + 1) + 3
    let place = start + 3
    while (place < to) {
      while (
        place + 28 < to &&
        ((BEGINNING[chunk[place] ?? 0] ?? 0) |
          (BEGINNING[chunk[place + 4] ?? 0] ?? 0) |
          (BEGINNING[chunk[place + 8] ?? 0] ?? 0) |
          (BEGINNING[chunk[place + 12] ?? 0] ?? 0) |
          (BEGINNING[chunk[place + 16] ?? 0] ?? 0) |
          (BEGINNING[chunk[place + 20] ?? 0] ?? 0) |
          (BEGINNING[chunk[place + 24] ?? 0] ?? 0) |
          (BEGINNING[chunk[place + 28] ?? 0] ?? 0)) ===
          0
      ) {
        place += 32
      }
      for (const stop = Math.min(place + 32, to); place < stop; place += 4) {
        const byte = chunk[place] ?? 0
        let at = place
        // Of two dashes the second is meant.
        if (byte === DASH) at -= chunk[place - 1] === DASH ? 3 : 2
        else if (byte === LF) at -= 1
        else if (byte !== CR) continue
        if (chunk[at] !== CR || chunk[at + 1] !== LF) continue
        if (chunk[at + 2] !== DASH || chunk[at + 3] !== DASH || chunk[at + 4] !== fifth) continue
        const alike = this.#alike(chunk, at)
        if (alike === delimiter.length) return at
        place = at + Math.max(alike, 5) - 1
      }
    }
    return -1
  }

  /** How many bytes at the place, which begins with CR, are those of the delimiter; or 1 where the first are not all. */
  #alike(chunk: Uint8Array, at: number): number {
    const delimiter = this.#delimiter
    const difference = this.#difference
    if (chunk[at + difference] !== delimiter[difference]) return 1
    let index = 1
    while (
      index + 4 < delimiter.length &&
      (((chunk[at + index] ?? 0) ^ (delimiter[index] ?? 0)) |
        ((chunk[at + index + 1] ?? 0) ^ (delimiter[index + 1] ?? 0)) |
        ((chunk[at + index + 2] ?? 0) ^ (delimiter[index + 2] ?? 0)) |
        ((chunk[at + index + 3] ?? 0) ^ (delimiter[index + 3] ?? 0))) ===
        0
    ) {
      index += 4
    }
    while (index < delimiter.length && chunk[at + index] === delimiter[index]) index += 1
    if (index < delimiter.length) this.#difference = index
    return index
  }
}

function triple(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 6) ^ ((bytes[at + 1] ?? 0) << 3) ^ (bytes[at + 2] ?? 0)) & 4095
}

/** Makes the tables those of another delimiter. */
function learn(delimiter: Uint8Array): void {
  for (let index = 0; index + 2 < known.length; index += 1) TRIPLES[triple(known, index)] = 0
  for (let index = 0; index + 2 < delimiter.length; index += 1) TRIPLES[triple(delimiter, index)] = 1
  const last = delimiter.length - 1
  SHIFTS.fill(delimiter.length)
  for (let index = 0; index < last; index += 1) SHIFTS[delimiter[index] ?? 0] = last - index
  known = delimiter
}
