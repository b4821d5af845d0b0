import { leapTables, triple } from './leap-tables.ts'
import type { LeapTables } from './leap-tables.ts'

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const DASH = 0x2d

/** Shorter delimiters, with the bytes around them, are not searched by leaps: the leaps would be too short. */
const LONG = 8
/** The first bytes of a search are read without the tables, since small parts end soon. */
const NEAR = 64
/** The most bytes that are searched step by step before leaps are tried again. */
const MOST_STEPPED = 8192
/** The search stops using steps if their average is shorter than this: one limit for Node's search, one for ours. */
const WORTHWHILE = 8
const WORTHWHILE_ALONE = 3
/** After so few bytes the runtime is asked for the next line end. The number doubles each time ... */
const FIRST_ASKED = 256
/** ... up to this one. */
const MOST_ASKED = 8192

/**
 * Node's own search, in C++, is faster in bytes that were made to delay ours. It searches naively for a short
 * delimiter: a dash then costs as much as a hundred bytes cost us.
 */
const hasNative = 'Buffer' in globalThis

/** Set for the bytes that may stand right before a line with a delimiter. */
const BREAK = 1
/** Set for the bytes that may follow a delimiter on its line: more dashes, padding, a line end. */
const FOLLOWS = 2
const KINDS = new Uint8Array(256)
for (const byte of [CR, LF]) KINDS[byte] = BREAK | FOLLOWS
for (const byte of [DASH, SPACE, TAB]) KINDS[byte] = FOLLOWS

/** For the boundaries that browsers and most clients make, which begin with a dash. */
const DASHES = beginningOf(DASH)

/**
 * Finds lines that begin with a delimiter (two dashes and a boundary). CR or LF is before it, and behind it a byte that
 * may follow it on its line. The search is exact and linear: a boundary has no line end, so no other line begins within
 * bytes that matched in vain.
 *
 * How it works: of places that are closer together than a delimiter is long, one is inside each delimiter. So the
 * search reads three bytes at each of these places, four places at once, which takes a processor the time of one. If
 * the delimiter has these three bytes, Horspool's search goes on from there.
 */
export class DelimiterSearch {
  /** A byte for the line end, and the delimiter. */
  readonly #pattern: Uint8Array
  readonly #beginning: Uint8Array
  /** Made for the first chunk that is long enough for leaps. */
  #tables: LeapTables | undefined
  /** The place at which bytes last differed from the delimiter: often they differ at the same place again. */
  #difference = 1

  /** @param delimiter two dashes and the boundary. */
  constructor(delimiter: Uint8Array) {
    this.#pattern = new Uint8Array(delimiter.length + 1)
    this.#pattern.set(delimiter, 1)
    const [, , , fourth = DASH] = this.#pattern
    this.#beginning = fourth === DASH ? DASHES : beginningOf(fourth)
  }

  /**
   * The place of the CR or LF right before the first such line from `start` on, or -1. The line end and the byte behind
   * the delimiter are both in the chunk at or after `start`.
   */
  find(chunk: Uint8Array, start: number): number {
    const size = this.#pattern.length + 1
    // Small parts end soon.
    const found = this.#scan(chunk, start, start + NEAR)
    if (found !== -1 || chunk.length - start < size + NEAR) return found
    return size < LONG ? this.#afterAll(chunk, start + NEAR) : this.#leap(chunk, start + NEAR)
  }

  /**
   * Finds the last CR or LF from `start` on whose rest of the chunk is a delimiter or the beginning of one. Returns its
   * place, or -1. The byte behind the delimiter is not in the chunk, so `find` does not find it.
   */
  findLast(chunk: Uint8Array, start: number): number {
    const pattern = this.#pattern
    const size = chunk.length
    for (let at = nextBreak(chunk, Math.max(start, size - pattern.length)); at < size; at = nextBreak(chunk, at + 1)) {
      let next = at + 1
      while (next < size && chunk[next] === pattern[next - at]) next += 1
      if (next === size) return at
    }
    return -1
  }

  /** As `find`, by leaps over bytes that no delimiter has, and by steps over others. */
  #leap(chunk: Uint8Array, start: number): number {
    const pattern = this.#pattern
    const { triples, shifts } = (this.#tables ??= leapTables(pattern))
    const reach = pattern.length - 1
    const last = pattern[reach] ?? 0
    // All places of a line end of which the byte behind the delimiter is in the chunk as well.
    const size = chunk.length - 1
    const worthwhile = this.#isNative ? WORTHWHILE : WORTHWHILE_ALONE
    let stepped = 0
    let at = start
    while (at + reach < size) {
      const before = at
      let place = at + reach - 1
      while (
        place + 3 * reach + 2 < size &&
        ((triples[triple(chunk, place)] ?? 0) |
          (triples[triple(chunk, place + reach)] ?? 0) |
          (triples[triple(chunk, place + 2 * reach)] ?? 0) |
          (triples[triple(chunk, place + 3 * reach)] ?? 0)) ===
          0
      ) {
        place += 4 * reach
      }
      at = place - reach + 1
      stepped = at === before ? Math.min(stepped * 2 + 4 * reach, MOST_STEPPED) : 4 * reach
      let end = at + reach
      const to = Math.min(end + stepped, size)
      let steps = stepped / worthwhile
      while (end < to && steps > 0) {
        const byte = chunk[end] ?? 0
        let shift = shifts[byte] ?? 1
        if (byte === last && ((KINDS[chunk[end - reach] ?? 0] ?? 0) & BREAK) !== 0) {
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

  get #isNative(): boolean {
    return hasNative && this.#pattern.length > LONG
  }

  /** The rest of a chunk that was made to delay the search, or that has no bytes to leap over. */
  #afterAll(chunk: Uint8Array, start: number): number {
    return this.#isNative ? this.#native(chunk, start) : this.#ask(chunk, start)
  }

  /** As `find`, by Node's search for the delimiter alone. */
  #native(chunk: Uint8Array, start: number): number {
    const delimiter = this.#pattern.subarray(1)
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    let at = start + 1
    for (;;) {
      at = bytes.indexOf(delimiter, at)
      if (at === -1 || at + delimiter.length === chunk.length) return -1
      const isAfterBreak = ((KINDS[chunk[at - 1] ?? 0] ?? 0) & BREAK) !== 0
      if (isAfterBreak && (KINDS[chunk[at + delimiter.length] ?? 0] ?? 0) !== 0) return at - 1
      // The next line begins behind this delimiter, and a call for each one would cost too much.
      at = nextBreak(chunk, at + delimiter.length) + 1
    }
  }

  /** As `find`, from one line end to the next: the runtime knows at once if there is none. */
  #ask(chunk: Uint8Array, start: number): number {
    let asked = FIRST_ASKED
    for (let at = start; at < chunk.length; at += asked, asked = Math.min(asked * 2, MOST_ASKED)) {
      const bytes = chunk.subarray(at, at + asked)
      const cr = bytes.indexOf(CR)
      const lf = bytes.indexOf(LF)
      if (cr === -1 && lf === -1) continue
      const first = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr
      const found = this.#scan(chunk, at + first, at + asked)
      if (found !== -1) return found
    }
    return -1
  }

  /**
   * As `find`, if the line end is before `end`. Every fourth byte is read: one of the first four of such a line is
   * among them.
   */
  #scan(chunk: Uint8Array, start: number, end: number): number {
    const pattern = this.#pattern
    const beginning = this.#beginning
    const fourth = pattern[3] ?? 0
    const reach = pattern.length
    const to = Math.min(end, chunk.length - reach) + 3
    let place = start + 3
    while (place < to) {
      while (
        place + 28 < to &&
        ((beginning[chunk[place] ?? 0] ?? 0) |
          (beginning[chunk[place + 4] ?? 0] ?? 0) |
          (beginning[chunk[place + 8] ?? 0] ?? 0) |
          (beginning[chunk[place + 12] ?? 0] ?? 0) |
          (beginning[chunk[place + 16] ?? 0] ?? 0) |
          (beginning[chunk[place + 20] ?? 0] ?? 0) |
          (beginning[chunk[place + 24] ?? 0] ?? 0) |
          (beginning[chunk[place + 28] ?? 0] ?? 0)) ===
          0
      ) {
        place += 32
      }
      for (const stop = Math.min(place + 32, to); place < stop; place += 4) {
        const byte = chunk[place] ?? 0
        if (beginning[byte] === 0) continue
        const at = place - distanceFromBreak(chunk, place)
        if (chunk[at + 1] !== DASH || chunk[at + 2] !== DASH || chunk[at + 3] !== fourth) continue
        if (((KINDS[chunk[at] ?? 0] ?? 0) & BREAK) === 0) continue
        const alike = this.#alike(chunk, at)
        if (alike === pattern.length) return at
        place = at + Math.max(alike, 4) - 1
      }
    }
    return -1
  }

  /** The number of bytes from the line end at the place on that match such a line, or 1 if a glance rules it out. */
  #alike(chunk: Uint8Array, at: number): number {
    const pattern = this.#pattern
    const difference = this.#difference
    // The CR of a CR LF is a line end, too.
    if (chunk[at + 1] !== DASH) return 1
    if (chunk[at + difference] !== pattern[difference]) return 1
    if (KINDS[chunk[at + pattern.length] ?? 0] === 0) return 1
    let index = 1
    while (
      index + 4 < pattern.length &&
      (((chunk[at + index] ?? 0) ^ (pattern[index] ?? 0)) |
        ((chunk[at + index + 1] ?? 0) ^ (pattern[index + 1] ?? 0)) |
        ((chunk[at + index + 2] ?? 0) ^ (pattern[index + 2] ?? 0)) |
        ((chunk[at + index + 3] ?? 0) ^ (pattern[index + 3] ?? 0))) ===
        0
    ) {
      index += 4
    }
    while (index < pattern.length && chunk[at + index] === pattern[index]) index += 1
    if (index < pattern.length) this.#difference = index
    return index
  }
}

/** The distance to the nearest line end before the place, at most 3. */
function distanceFromBreak(chunk: Uint8Array, place: number): number {
  let distance = 0
  while (distance < 3 && ((KINDS[chunk[place - distance] ?? 0] ?? 0) & BREAK) === 0) distance += 1
  return distance
}

/** The place of the next line end, or the end of the chunk. */
function nextBreak(chunk: Uint8Array, start: number): number {
  let at = start
  while (
    at + 8 < chunk.length &&
    (((KINDS[chunk[at] ?? 0] ?? 0) |
      (KINDS[chunk[at + 1] ?? 0] ?? 0) |
      (KINDS[chunk[at + 2] ?? 0] ?? 0) |
      (KINDS[chunk[at + 3] ?? 0] ?? 0) |
      (KINDS[chunk[at + 4] ?? 0] ?? 0) |
      (KINDS[chunk[at + 5] ?? 0] ?? 0) |
      (KINDS[chunk[at + 6] ?? 0] ?? 0) |
      (KINDS[chunk[at + 7] ?? 0] ?? 0)) &
      BREAK) ===
      0
  ) {
    at += 8
  }
  while (at < chunk.length && ((KINDS[chunk[at] ?? 0] ?? 0) & BREAK) === 0) at += 1
  return at
}

/** 1 for the first four bytes of a line with a delimiter, the last of which is the first byte of its boundary. */
function beginningOf(fourth: number): Uint8Array {
  const beginning = new Uint8Array(256)
  for (const byte of [CR, LF, DASH, fourth]) beginning[byte] = 1
  return beginning
}
