import { UploadError } from '../errors/upload-error.ts'
import { isBoundary } from './boundary.ts'
import { toDecoderLimits } from './decoder-limits.ts'
import type { DecoderLimitOptions, DecoderLimits } from './decoder-limits.ts'
import { DelimiterSearch } from './delimiter-search.ts'
import { parsePartHead } from './part-head.ts'
import type { PartHead } from './part-head.ts'
import { readPlainHead } from './plain-head.ts'
import { asciiBytes, toTextDecoder } from './text.ts'

/**
 * Told of each part as its bytes arrive: `begin`, any number of `bytes`, `end`. Called in the middle of `write`, so none
 * may call the decoder; one that throws stops it, and `write` throws the same.
 */
export interface DecoderEvents {
  begin(head: PartHead): void
  /**
   * The next bytes of the part that has begun, at least one. They are a view of the chunk that was written: whoever keeps
   * them past the call copies them.
   */
  bytes(chunk: Uint8Array): void
  /** The part is whole. */
  end(): void
}

type State =
  | 'preamble' // what stands before the first delimiter, to be ignored
  | 'delimiter' // `--boundary` has been read, and the rest of its line comes
  | 'padding' // the spaces after a delimiter
  | 'line-end' // its CR has been read
  | 'header' // the header of a part
  | 'body' // the bytes of a part
  | 'dash' // one dash after a delimiter has been read
  | 'closed' // the last delimiter has been read, and the rest of its line comes
  | 'closed-line-end' // its CR has been read
  | 'epilogue' // what stands after the last delimiter, to be ignored

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const DASH = 0x2d
const DELETE = 0x7f

/** 1 for the bytes that no text of a header has. */
const CONTROL = new Uint8Array(256).fill(1, 0, SPACE)
CONTROL[DELETE] = 1
CONTROL[TAB] = 0

const NOTHING = new Uint8Array(0)

/**
 * Decodes a multipart/form-data body (RFC 7578; RFC 2046 section 5.1) as it arrives, without I/O: what the events tell does
 * not depend on how the body was cut into chunks, and no more of it is ever kept than the header of one part. Lines end
 * in CR LF; a body that another reader might see other parts in is refused.
 *
 * How it works: a delimiter is CR LF, two dashes and the boundary. A boundary has no CR, so the only CR of a delimiter is its
 * first byte, and much follows. Two beginnings of a delimiter never overlap, so a failed comparison is never taken back
 * and the work is linear, whatever the bytes. What has to be held back at the end of a chunk is always the beginning of
 * the delimiter, so its length is all that is kept.
 */
export class MultipartDecoder {
  readonly #events: DecoderEvents
  readonly #limits: DecoderLimits
  readonly #delimiter: Uint8Array
  readonly #search: DelimiterSearch
  #state: State = 'preamble'
  /** True while a call runs, and for ever after one that threw. */
  #stopped = false
  /** How many bytes of a delimiter have been read last, and are held back until it turns out whether it is one. */
  #held = 2
  /**
   * How many of those were never sent. A delimiter may be the very first thing in a body or a part, without the CR LF
   * before it (RFC 2046 section 5.1.1: `[preamble CRLF] dash-boundary`, `[CRLF *OCTET]`), so one is imagined there.
   */
  #imagined = 2
  /** The header of a part that is still incomplete: the first `#headerSize` bytes; and how many of them need no second look. */
  #header = NOTHING
  #headerSize = 0
  #headerScanned = 0
  #parts = 0
  #paddingSize = 0
  #fallback: TextDecoder | undefined

  /** @throws {TypeError} for a boundary that `isBoundary` does not allow, or a limit that is no number. */
  constructor(boundary: string, events: DecoderEvents, limits: DecoderLimitOptions = {}) {
    if (!isBoundary(boundary)) throw new TypeError(`Not a boundary of RFC 2046: ${JSON.stringify(boundary)}`)
    this.#events = events
    this.#limits = toDecoderLimits(limits)
    this.#delimiter = asciiBytes(`\r\n--${boundary}`)
    this.#search = new DelimiterSearch(this.#delimiter)
  }

  /**
   * From now on names that are not UTF-8 are read by this charset instead of windows-1252. For a legacy form whose
   * `_charset_` field (RFC 7578 section 4.6) has just said so.
   *
   * @throws {UploadError} `malformed-body` for a charset that is not known, or that no form is sent in because ASCII has
   *   other bytes there (UTF-16).
   */
  useCharset(label: string): void {
    const fallback = toTextDecoder(label)
    if (fallback === undefined || fallback.encoding.startsWith('utf-16')) {
      throw malformed('the form names a charset that is not known')
    }
    this.#fallback = fallback.encoding === 'utf-8' ? undefined : fallback
  }

  /**
   * Takes the next bytes of the body and tells the events what is in them. The chunk belongs to the caller again when
   * this returns.
   *
   * @throws {UploadError} `malformed-body` with a reason, or `too-many-parts`, `part-header-too-large`,
   *   `too-many-part-headers`, `name-too-long`, `padding-too-large`; also whatever an event threw. After that the decoder is
   *   of no further use.
   * @throws {TypeError} after it has thrown or ended, and from inside an event.
   */
  write(chunk: Uint8Array): void {
    this.#start()
    let at = 0
    while (at < chunk.length) {
      switch (this.#state) {
        case 'preamble':
        case 'body':
          at = this.#content(chunk, at)
          break
        case 'header':
          at = this.#head(chunk, at)
          break
        case 'epilogue':
          this.#padding(chunk.length - at)
          at = chunk.length
          break
        default:
          this.#delimiterLine(this.#state, chunk[at])
          at += 1
      }
    }
    this.#stopped = false
  }

  /**
   * Says that the body is over.
   *
   * @throws {UploadError} `malformed-body` where no part or end of a form was in it; `truncated-body` where the last
   *   delimiter is missing.
   * @throws {TypeError} as `write` does.
   */
  end(): void {
    this.#start()
    if (this.#state === 'preamble') throw malformed('the boundary that the Content-Type announces is not in it')
    if (this.#state !== 'closed' && this.#state !== 'epilogue') {
      throw new UploadError('truncated-body', { reason: 'the last delimiter is missing' })
    }
  }

  #start(): void {
    if (this.#stopped) throw new TypeError('The decoder has ended, has thrown, or is in the middle of an event')
    this.#stopped = true
  }

  /** Reads preamble or part up to the next delimiter, or as far as the chunk goes. Returns where it stopped. */
  #content(chunk: Uint8Array, start: number): number {
    const delimiter = this.#delimiter
    if (this.#held > 0) {
      let held = this.#held
      let at = start
      while (held < delimiter.length && at < chunk.length && chunk[at] === delimiter[held]) {
        at += 1
        held += 1
      }
      if (held === delimiter.length) return this.#delimiterFound(at)
      if (at === chunk.length) {
        this.#held = held
        return at
      }
      // No delimiter after all. What was held back is sent on as a copy, since a consumer may do with it as it likes.
      if (this.#held > this.#imagined) this.#emit(delimiter.slice(this.#imagined, this.#held))
      this.#held = 0
    }
    this.#imagined = 0

    const found = this.#search.find(chunk, start)
    if (found !== -1) {
      if (found > start) this.#emit(chunk.subarray(start, found))
      return this.#delimiterFound(found + delimiter.length)
    }
    this.#held = this.#beginning(chunk, start)
    const end = chunk.length - this.#held
    if (end > start) this.#emit(chunk.subarray(start, end))
    return chunk.length
  }

  /** How many bytes at the end of the chunk may be the beginning of a delimiter. */
  #beginning(chunk: Uint8Array, start: number): number {
    const delimiter = this.#delimiter
    const size = chunk.length
    for (let from = Math.max(start, size - delimiter.length + 1); from < size; from += 1) {
      if (chunk[from] !== CR) continue
      let at = from + 1
      while (at < size && chunk[at] === delimiter[at - from]) at += 1
      if (at === size) return size - from
    }
    return 0
  }

  #emit(content: Uint8Array): void {
    if (this.#state === 'body') this.#events.bytes(content)
    else this.#padding(content.length)
  }

  /** Ends the part, if it is one; `next` is the place after the delimiter, and is returned. */
  #delimiterFound(next: number): number {
    const wasBody = this.#state === 'body'
    this.#state = 'delimiter'
    this.#held = 0
    this.#paddingSize = 0
    if (wasBody) this.#events.end()
    return next
  }

  /** Reads a byte of what follows a delimiter on its line (RFC 2046 section 5.1.1: transport-padding CRLF). */
  #delimiterLine(state: State, byte: number | undefined): void {
    if (state === 'line-end' || state === 'closed-line-end') {
      if (byte !== LF) throw malformed('a CR comes without LF')
      if (state === 'line-end') this.#countPart()
      this.#state = state === 'line-end' ? 'header' : 'epilogue'
      this.#paddingSize = 0
    } else if (byte === DASH && (state === 'delimiter' || state === 'dash')) {
      this.#state = state === 'delimiter' ? 'dash' : 'closed'
    } else if (state === 'dash') {
      throw malformed('a delimiter is followed by something else on its line')
    } else if (byte === CR) {
      this.#state = state === 'closed' ? 'closed-line-end' : 'line-end'
    } else if (byte === SPACE || byte === TAB) {
      if (state === 'delimiter') this.#state = 'padding'
      this.#padding(1)
    } else {
      throw malformed(
        byte === LF ? 'a line ends in LF without CR' : 'a delimiter is followed by something else on its line',
      )
    }
  }

  #countPart(): void {
    const limit = this.#limits.maxParts
    this.#parts += 1
    if (this.#parts > limit) throw new UploadError('too-many-parts', { limit })
  }

  #padding(size: number): void {
    this.#paddingSize += size
    const limit = this.#limits.maxPaddingSize
    if (this.#paddingSize > limit) throw new UploadError('padding-too-large', { limit })
  }

  /** Reads the header of a part up to its empty line, or as far as the chunk goes. Returns where it stopped. */
  #head(chunk: Uint8Array, start: number): number {
    const limit = this.#limits.maxPartHeaderSize
    const before = this.#headerSize
    if (before === 0 && chunk[start] === CR) throw malformed('a part has no header')
    const size = Math.min(before + chunk.length - start, limit)
    // Most headers are whole in their chunk and are read where they are; the others are put together first.
    const bytes = before === 0 ? chunk : this.#keepHeader(chunk.subarray(start, start + size - before))
    const first = before === 0 ? start : 0
    const end = findEmptyLine(bytes, first + this.#headerScanned, first + size)
    if (end + EMPTY_LINE_SIZE > first + size) {
      if (size === limit) throw new UploadError('part-header-too-large', { limit })
      if (before === 0) this.#keepHeader(chunk.subarray(start))
      this.#headerScanned = end - first
      return chunk.length
    }
    this.#headerSize = 0
    this.#headerScanned = 0
    this.#state = 'body'
    this.#held = 2
    this.#imagined = 2
    this.#events.begin(
      readPlainHead(bytes, first, end, this.#limits) ??
        parsePartHead(bytes.subarray(first, end), this.#limits, this.#fallback),
    )
    return start + (end - first) + EMPTY_LINE_SIZE - before
  }

  /** Adds to the kept beginning of a header, and returns where all of it is. */
  #keepHeader(bytes: Uint8Array): Uint8Array {
    const size = this.#headerSize + bytes.length
    if (size > this.#header.length) {
      const larger = new Uint8Array(Math.max(size, this.#header.length * 2))
      larger.set(this.#header.subarray(0, this.#headerSize))
      this.#header = larger
    }
    this.#header.set(bytes, this.#headerSize)
    this.#headerSize = size
    return this.#header
  }
}

/** The CR LF of the last header line and the CR LF of the empty line. */
const EMPTY_LINE_SIZE = 4

/**
 * Where between `from` and `to` the line end before the empty line is, or may turn out to be once more bytes have come; else
 * `to`.
 */
function findEmptyLine(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at += 1) {
    while (
      at + 4 < to &&
      ((CONTROL[bytes[at] ?? 0] ?? 0) |
        (CONTROL[bytes[at + 1] ?? 0] ?? 0) |
        (CONTROL[bytes[at + 2] ?? 0] ?? 0) |
        (CONTROL[bytes[at + 3] ?? 0] ?? 0)) ===
        0
    ) {
      at += 4
    }
    const byte = bytes[at] ?? 0
    if (CONTROL[byte] === 0) continue
    if (byte === LF) throw malformed('a line ends in LF without CR')
    if (byte !== CR) throw malformed('the header of a part has control characters')
    if (at + 1 === to) return at
    if (bytes[at + 1] !== LF) throw malformed('a CR comes without LF')
    if (at + 2 === to) return at
    if (bytes[at + 2] !== CR) {
      at += 1
      continue
    }
    if (at + 3 < to && bytes[at + 3] !== LF) throw malformed('a CR comes without LF')
    return at
  }
  return to
}

function malformed(reason: string): UploadError {
  return new UploadError('malformed-body', { reason })
}
