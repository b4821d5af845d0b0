const LF = 0x0a
const CR = 0x0d
const CRLF = 0x0d0a
const BYTE_ORDER_MARK = 0xefbbbf

/** The bytes right before the first delimiter. Only the first two are allowed. */
export type BeforeDelimiter = 'nothing' | 'crlf' | 'byte order mark' | 'lf' | 'cr' | 'text'

/**
 * Reads what comes before the first delimiter (two dashes and a boundary), up to its first occurrence anywhere. The
 * search never goes back (Knuth, Morris and Pratt), so no byte is kept and the work is linear.
 */
export class Preamble {
  readonly #delimiter: Uint8Array
  /** By the number of bytes that matched before a mismatch: how many of the last of them begin the delimiter. */
  #borders: Uint16Array | undefined
  #matched = 0
  /** Bytes before those that matched, and the last three of them. */
  #size = 0
  #last = 0

  constructor(delimiter: Uint8Array) {
    this.#delimiter = delimiter
  }

  get isFound(): boolean {
    return this.#matched === this.#delimiter.length
  }

  get before(): BeforeDelimiter {
    if (this.#size === 0) return 'nothing'
    if ((this.#last & 0xffff) === CRLF) return 'crlf'
    if (this.#last === BYTE_ORDER_MARK) return 'byte order mark'
    const byte = this.#last & 0xff
    return byte === LF ? 'lf' : byte === CR ? 'cr' : 'text'
  }

  /** Bytes that certainly stand before the delimiter and the CR LF in front of it. */
  get size(): number {
    const { before } = this
    if (before === 'crlf') return this.#size - 2
    return before === 'cr' && this.#matched === 0 ? this.#size - 1 : this.#size
  }

  /** Reads on until the delimiter is found. Returns the place behind it, or that of the end of the chunk. */
  read(chunk: Uint8Array, start: number): number {
    const delimiter = this.#delimiter
    let at = start
    while (at < chunk.length && this.#matched < delimiter.length) {
      const byte = chunk[at] ?? 0
      if (byte === delimiter[this.#matched]) {
        this.#matched += 1
        at += 1
      } else if (this.#matched === 0) {
        this.#pass(byte)
        at += 1
      } else {
        this.#shift()
      }
    }
    return at
  }

  /** Gives up the first of the bytes that matched. */
  #shift(): void {
    this.#borders ??= toBorders(this.#delimiter)
    const matched = this.#borders[this.#matched] ?? 0
    for (let index = 0; index < this.#matched - matched; index += 1) this.#pass(this.#delimiter[index] ?? 0)
    this.#matched = matched
  }

  #pass(byte: number): void {
    this.#size += 1
    this.#last = ((this.#last << 8) | byte) & 0xffffff
  }
}

function toBorders(delimiter: Uint8Array): Uint16Array {
  const borders = new Uint16Array(delimiter.length + 1)
  let border = 0
  for (let size = 2; size <= delimiter.length; size += 1) {
    while (border > 0 && delimiter[border] !== delimiter[size - 1]) border = borders[border] ?? 0
    if (delimiter[border] === delimiter[size - 1]) border += 1
    borders[size] = border
  }
  return borders
}
