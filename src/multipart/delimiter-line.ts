const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const DASH = 0x2d

/** The line end before a line: none (the body or a part begins with it), CR LF, or one of the two alone. */
export type BeforeLine = 'nothing' | 'crlf' | 'lf' | 'cr'

/**
 * `open`: the line may still be either. `delimiter`: it is a delimiter (two dashes and the boundary, with two more
 * dashes behind the last part), then padding. `text`: it is not. `long`: it has more padding than is allowed.
 */
export type LineVerdict = 'open' | 'delimiter' | 'text' | 'long'

/** Reads one line that may be a delimiter (RFC 2046 section 5.1.1), however it is cut into chunks. */
export class DelimiterLine {
  readonly #delimiter: Uint8Array
  readonly #maxPaddingSize: number
  #before: BeforeLine = 'nothing'
  #verdict: LineVerdict = 'open'
  /** Bytes of the delimiter, dashes and padding that have been read. */
  #matched = 0
  #dashes = 0
  #padding = 0

  /** @param delimiter two dashes and the boundary. */
  constructor(delimiter: Uint8Array, maxPaddingSize: number) {
    this.#delimiter = delimiter
    this.#maxPaddingSize = maxPaddingSize
  }

  get before(): BeforeLine {
    return this.#before
  }

  get verdict(): LineVerdict {
    return this.#verdict
  }

  /** Whether the delimiter is the last one. */
  get isLast(): boolean {
    return this.#dashes === 2
  }

  /** Whether it is a delimiter if the body ends here. */
  get isDelimiterAtEnd(): boolean {
    return this.#matched === this.#delimiter.length && this.#dashes !== 1
  }

  /** Begins another line, of which `matched` bytes have been read and are those of a delimiter. */
  begin(before: BeforeLine, matched: number): void {
    this.#before = before
    this.#verdict = 'open'
    this.#matched = matched
    this.#dashes = 0
    this.#padding = 0
  }

  /**
   * Reads on until the verdict is clear, or to the end of the chunk. Returns the place of the first byte that does not
   * belong to a delimiter; that is its line end if it is one.
   */
  read(chunk: Uint8Array, start: number): number {
    const delimiter = this.#delimiter
    let at = start
    if (this.#before === 'cr' && this.#matched === 0 && chunk[at] === LF) {
      this.#before = 'crlf'
      at += 1
    }
    let matched = this.#matched
    while (matched < delimiter.length && at < chunk.length && chunk[at] === delimiter[matched]) {
      at += 1
      matched += 1
    }
    this.#matched = matched
    if (at === chunk.length) return at
    if (matched === delimiter.length) return this.#readRest(chunk, at)
    this.#verdict = 'text'
    return at
  }

  /** Reads what follows the delimiter. */
  #readRest(chunk: Uint8Array, start: number): number {
    for (let at = start; at < chunk.length; at += 1) {
      const byte = chunk[at]
      if (byte === DASH && this.#dashes < 2 && this.#padding === 0) {
        this.#dashes += 1
      } else if (this.#dashes === 1) {
        this.#verdict = 'text'
        return at
      } else if (byte === CR || byte === LF) {
        this.#verdict = 'delimiter'
        return at
      } else if (byte === SPACE || byte === TAB) {
        this.#padding += 1
        if (this.#padding > this.#maxPaddingSize) {
          this.#verdict = 'long'
          return at
        }
      } else {
        this.#verdict = 'text'
        return at
      }
    }
    return chunk.length
  }
}
