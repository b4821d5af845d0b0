import { UploadError } from '../errors/upload-error.ts'
import { BOUNDARY_RULE, isBoundary } from './boundary.ts'
import { toDecoderLimits } from './decoder-limits.ts'
import type { DecoderLimitOptions, DecoderLimits } from './decoder-limits.ts'
import { DelimiterLine } from './delimiter-line.ts'
import { DelimiterSearch } from './delimiter-search.ts'
import { EMPTY_LINE_SIZE, findEmptyLine } from './empty-line.ts'
import { parseFormCharset } from './form-charset.ts'
import { KeptBytes } from './kept-bytes.ts'
import { malformedPart } from './malformed-part.ts'
import { parsePartHead } from './part-head.ts'
import type { PartHead } from './part-head.ts'
import { readPlainHead } from './plain-head.ts'
import { Preamble } from './preamble.ts'
import type { BeforeDelimiter } from './preamble.ts'
import { asciiBytes, namesCharset } from './text.ts'

/**
 * Told of each part as its bytes arrive: `begin`, any number of `bytes`, `end`. They are called in the middle of
 * `write`. If the last delimiter has no line end, the last `end` is called in the middle of the decoder's `end`. So
 * none may call the decoder. If one throws, the decoder stops and throws the same.
 */
export interface DecoderEvents {
  begin(head: PartHead): void
  /**
   * The next bytes of the part that has begun, at least one. A part with an empty filename has none. They are a view of
   * the chunk that was written: copy them to keep them after the call.
   */
  bytes(chunk: Uint8Array): void
  /** The part is whole. */
  end(): void
}

/** The limits of a decoder, and how it reads names. */
export interface DecoderOptions extends DecoderLimitOptions {
  /**
   * Percent-decodes a `filename` in quotes (`%C3%BC%20100%25.txt` is `ü 100%.txt`) if a client has encoded all of it.
   * React Native, aiohttp and Apache HttpClient do. A filename stays as it is if decoding gives invalid UTF-8,
   * controls, `/` or `\`. It also stays if those clients would have written it in another way. Default `false`, since
   * browsers do not encode names. Set it if the request has neither `Origin` nor a `Sec-Fetch-` header, as `receive`,
   * `parts` and forms do.
   */
  readonly decodesPercent?: boolean | undefined
}

type State =
  | 'preamble' // before the first delimiter, to be ignored
  | 'first-line' // the first delimiter has been read, and the rest of its line comes
  | 'line-end' // the line end of a delimiter comes
  | 'line-feed' // its CR has been read
  | 'header' // the header of a part
  | 'body' // the bytes of a part
  | 'last-line-end' // the line end of the last delimiter comes
  | 'last-line-feed' // its CR has been read
  | 'epilogue' // after the last delimiter, to be ignored

const LF = 0x0a
const CR = 0x0d
const DASH = 0x2d

/** The states in which a body may end. */
const CLOSED: ReadonlySet<State> = new Set<State>(['last-line-end', 'last-line-feed', 'epilogue'])

/** Why a first delimiter is refused, by the byte right before it. */
const BEFORE_FIRST: { readonly [Before in BeforeDelimiter]?: string } = {
  'byte order mark': 'a byte order mark stands before the first delimiter, which has to begin the body or follow CR LF',
  lf: 'a bare LF stands before the first delimiter, which has to begin the body or follow CR LF',
  cr: 'a bare CR stands before the first delimiter, which has to begin the body or follow CR LF',
  text: 'the first delimiter is in the middle of a line; it has to begin the body or follow CR LF',
}

/**
 * Decodes a multipart/form-data body (RFC 7578; RFC 2046 section 5.1) as it arrives, without I/O. The events do not
 * depend on how the body was cut into chunks. The decoder never keeps more than the header of one part, or one line
 * that may be a delimiter. Lines end in CR LF. The decoder refuses a body in which another reader might see other
 * parts.
 *
 * A delimiter is a line of two dashes and the boundary, two more dashes if it is the last one, and padding (spaces and
 * tabs). With other text behind it, or in the middle of a line, it is content of the part.
 *
 * How it works: neither a boundary nor padding has a line end. So no line that may be a delimiter begins within
 * another, and no failed comparison is repeated. The work is linear, whatever the bytes are.
 */
export class MultipartDecoder {
  readonly #events: DecoderEvents
  readonly #limits: DecoderLimits
  readonly #decodesPercent: boolean
  /** Two dashes and the boundary. */
  readonly #delimiter: Uint8Array
  readonly #search: DelimiterSearch
  readonly #preamble: Preamble
  readonly #line: DelimiterLine
  #state: State = 'preamble'
  /** True while a call runs, and for ever after one that threw. */
  #stopped = false
  /** Whether `#line` is still open: the bytes of it that have come are kept. */
  #isOpen = false
  /**
   * The beginning of a line that may be a delimiter, with the line end before it; or that of a header that is
   * incomplete.
   */
  readonly #kept: KeptBytes = new KeptBytes()
  /** How many bytes of that header need no second look. */
  #headerScanned = 0
  #parts = 0
  #epilogueSize = 0
  #fallback: TextDecoder | undefined
  /** The name of the file input that is being read, if no file was chosen in it. */
  #emptyInput: string | undefined

  /** @throws {TypeError} for a boundary that `isBoundary` does not allow, or a limit that is not a number. */
  constructor(boundary: string, events: DecoderEvents, options: DecoderOptions = {}) {
    if (!isBoundary(boundary))
      throw new TypeError(`${JSON.stringify(boundary)} is not a valid boundary: ${BOUNDARY_RULE}`)
    this.#events = events
    this.#limits = toDecoderLimits(options)
    this.#decodesPercent = options.decodesPercent ?? false
    this.#delimiter = asciiBytes(`--${boundary}`)
    this.#search = new DelimiterSearch(this.#delimiter)
    this.#preamble = new Preamble(this.#delimiter)
    this.#line = new DelimiterLine(this.#delimiter, this.#limits.maxPaddingSize)
  }

  /**
   * From now on names that are not UTF-8 are read by this charset instead of windows-1252. Call it when the `_charset_`
   * field of a legacy form (RFC 7578 section 4.6) has come. A label that names no charset, such as an empty one,
   * changes nothing.
   *
   * @throws {UploadError} `malformed-body` for a charset that is not known, or that no form is sent in because ASCII
   *   has other bytes there (UTF-16).
   */
  useCharset(label: string): void {
    if (!namesCharset(label)) return
    const fallback = parseFormCharset(label)
    this.#fallback = fallback.encoding === 'utf-8' ? undefined : fallback
  }

  /**
   * Takes the next bytes of the body and reports their events. The caller may reuse the chunk when this returns.
   *
   * @throws {UploadError} `malformed-body` with a reason, also for bytes under an empty filename. `too-many-parts`,
   *   `part-header-too-large`, `too-many-part-headers`, `name-too-long` or `padding-too-large` for a limit. Any error
   *   that an event throws. The decoder cannot be used after that.
   * @throws {TypeError} after it has thrown or ended, and from inside an event.
   */
  write(chunk: Uint8Array): void {
    this.#start()
    let at = 0
    while (at < chunk.length) {
      switch (this.#state) {
        case 'body':
        case 'epilogue':
          at = this.#content(chunk, at)
          break
        case 'header':
          at = this.#head(chunk, at)
          break
        case 'preamble':
          at = this.#beforeFirst(chunk, at)
          break
        case 'first-line':
          at = this.#firstLine(chunk, at)
          break
        default:
          at = this.#lineEnd(this.#state, chunk[at], at)
      }
    }
    this.#stopped = false
  }

  /**
   * Ends the body. If the last delimiter has no line end, the last part ends only now.
   *
   * @throws {UploadError} `malformed-body` if the body has no delimiter, or if its last line is a delimiter in a wrong
   *   place. `truncated-body` if the last delimiter is missing; `padding-too-large`; also an error of an event.
   * @throws {TypeError} as `write` does.
   */
  end(): void {
    this.#start()
    if (this.#state === 'preamble') throw malformed('the boundary that the Content-Type announces is not in it')
    if (this.#isOpen) this.#endLine()
    if (this.#state === 'first-line' && this.#line.isDelimiterAtEnd) this.#delimiterFound(0)
    if (!CLOSED.has(this.#state)) throw new UploadError('truncated-body', { reason: 'the last delimiter is missing' })
  }

  #start(): void {
    if (this.#stopped)
      throw new TypeError(
        'The decoder has ended, has thrown, or is in the middle of an event. Make a decoder for each body.',
      )
    this.#stopped = true
  }

  /** Reads the preamble and the first delimiter. Returns the place where it stopped. */
  #beforeFirst(chunk: Uint8Array, start: number): number {
    const preamble = this.#preamble
    const next = preamble.read(chunk, start)
    this.#checkPadding(preamble.size)
    if (!preamble.isFound) return next
    const reason = BEFORE_FIRST[preamble.before]
    if (reason !== undefined) throw malformed(reason)
    this.#state = 'first-line'
    this.#line.begin('nothing', this.#delimiter.length)
    return next
  }

  /** Reads the rest of the first delimiter's line, which belongs to no part. Returns the place where it stopped. */
  #firstLine(chunk: Uint8Array, start: number): number {
    const line = this.#line
    const next = line.read(chunk, start)
    if (line.verdict === 'text') throw malformed('the first delimiter is followed by something else on its line')
    return line.verdict === 'open' ? next : this.#delimiterFound(next)
  }

  /** Reads a part or the epilogue up to the next delimiter, or as far as the chunk goes. Returns where it stopped. */
  #content(chunk: Uint8Array, start: number): number {
    const line = this.#line
    const size = this.#delimiter.length
    let from = start
    // Nearly every part begins with another byte.
    if (this.#isOpen && (this.#kept.size > 0 || chunk[start] === DASH)) {
      from = this.#openLine(chunk, start)
      if (line.verdict !== 'text') return from
    }
    this.#isOpen = false
    for (;;) {
      const found = this.#search.find(chunk, from)
      if (found === -1) return this.#tail(chunk, start, from)
      from = found + 1 + size
      const lineStart = this.#beginLine(chunk, start, found, size)
      // Nearly every delimiter is followed by CR LF at once. A call of `#line` would cost a tenth of a small field.
      if (chunk[from] === CR && chunk[from + 1] === LF && lineStart < found && this.#state === 'body') {
        if (lineStart > start) this.#emit(chunk.subarray(start, lineStart))
        this.#events.end()
        return this.#beginHeader(from + 2)
      }
      from = line.read(chunk, from)
      if (line.verdict === 'text') continue
      if (lineStart > start) this.#emit(chunk.subarray(start, lineStart))
      if (line.verdict !== 'open') return this.#delimiterFound(from)
      this.#isOpen = true
      this.#kept.add(chunk.subarray(lineStart))
      return from
    }
  }

  /** Reads on a line that an earlier chunk, or the part, began with. Returns where it stopped. */
  #openLine(chunk: Uint8Array, start: number): number {
    const line = this.#line
    const kept = this.#kept
    const next = line.read(chunk, start)
    if (line.verdict === 'open') {
      kept.add(chunk.subarray(start))
      return next
    }
    // A copy, since a consumer may change the bytes.
    const content = kept.copy()
    kept.clear()
    if (line.verdict !== 'text') return this.#delimiterFound(next)
    if (content.length > 0) this.#emit(content)
    return next
  }

  /** Sends on the last bytes of a chunk, except a line that may be a delimiter. Returns where the chunk ends. */
  #tail(chunk: Uint8Array, start: number, from: number): number {
    const place = this.#search.findLast(chunk, from)
    let end = chunk.length
    if (place !== -1) {
      end = this.#beginLine(chunk, start, place, chunk.length - place - 1)
      this.#isOpen = true
      this.#kept.add(chunk.subarray(end))
    }
    if (end > start) this.#emit(chunk.subarray(start, end))
    return chunk.length
  }

  /** Begins the line after the CR or LF at `place`. Returns where its line end begins. */
  #beginLine(chunk: Uint8Array, start: number, place: number, matched: number): number {
    const isCrlf = chunk[place] === LF && place > start && chunk[place - 1] === CR
    this.#line.begin(isCrlf ? 'crlf' : chunk[place] === LF ? 'lf' : 'cr', matched)
    return isCrlf ? place - 1 : place
  }

  #emit(content: Uint8Array): void {
    if (this.#state === 'body') {
      // HTML forms do not send this. A reader that takes the name for "no file was chosen" would lose the bytes.
      if (this.#emptyInput !== undefined) {
        throw malformedPart(this.#parts, this.#emptyInput, 'it has bytes but an empty filename')
      }
      this.#events.bytes(content)
    } else {
      this.#epilogueSize += content.length
      this.#checkPadding(this.#epilogueSize)
    }
  }

  /** Ends the part, if there is one; `next` is the place of the line end, and is returned. */
  #delimiterFound(next: number): number {
    const { verdict, before, isLast } = this.#line
    if (verdict === 'long') throw new UploadError('padding-too-large', { limit: this.#limits.maxPaddingSize })
    if (this.#state === 'epilogue') throw malformed('a delimiter comes after the last one')
    // An empty form has no preamble. A form with a preamble probably has misspelt delimiters.
    if (this.#state === 'first-line' && isLast && this.#preamble.size > 0) {
      throw malformed('the form has no part, but there is text before its last delimiter')
    }
    if (before === 'lf') throw malformed('a bare LF stands before a delimiter, which has to follow CR LF')
    if (before === 'cr') throw malformed('a bare CR stands before a delimiter, which has to follow CR LF')
    const wasBody = this.#state === 'body'
    this.#isOpen = false
    this.#state = isLast ? 'last-line-end' : 'line-end'
    if (wasBody) this.#events.end()
    return next
  }

  /** Ends the line that is still open when the body ends. */
  #endLine(): void {
    this.#isOpen = false
    if (this.#line.isDelimiterAtEnd) this.#delimiterFound(0)
    else if (this.#state === 'epilogue') this.#checkPadding(this.#epilogueSize + this.#kept.size)
  }

  /**
   * Reads the line end of a delimiter (RFC 2046 section 5.1.1). After the last one it may be any. Returns where it
   * stopped.
   */
  #lineEnd(state: State, byte: number | undefined, at: number): number {
    switch (state) {
      case 'line-end':
        if (byte === LF) throw malformed('the line of a delimiter ends in LF without CR')
        this.#state = 'line-feed'
        return at + 1
      case 'line-feed':
        if (byte !== LF) throw malformed('the line of a delimiter ends in CR without LF')
        return this.#beginHeader(at + 1)
      case 'last-line-end':
        if (byte === CR) this.#state = 'last-line-feed'
        else this.#beginContent('epilogue')
        return at + 1
      default:
        this.#beginContent('epilogue')
        return byte === LF ? at + 1 : at
    }
  }

  /** A part and the epilogue may begin with a delimiter (RFC 2046 section 5.1.1: `[CRLF *OCTET]`). */
  #beginContent(state: 'body' | 'epilogue'): void {
    this.#state = state
    this.#line.begin('nothing', 0)
    this.#isOpen = true
  }

  /** Counts the next part; `next` is the place of its header, and is returned. */
  #beginHeader(next: number): number {
    const limit = this.#limits.maxParts
    this.#parts += 1
    if (this.#parts > limit) throw new UploadError('too-many-parts', { limit })
    this.#state = 'header'
    return next
  }

  #checkPadding(size: number): void {
    const limit = this.#limits.maxPaddingSize
    if (size > limit) throw new UploadError('padding-too-large', { limit })
  }

  /** Reads the header of a part up to its empty line, or as far as the chunk goes. Returns where it stopped. */
  #head(chunk: Uint8Array, start: number): number {
    const limit = this.#limits.maxPartHeaderSize
    const before = this.#kept.size
    if (before === 0 && chunk[start] === CR) throw malformedPart(this.#parts, undefined, 'it has no header')
    const size = Math.min(before + chunk.length - start, limit)
    // Most headers are whole in their chunk and are read in place. The others are put together first.
    const bytes = before === 0 ? chunk : this.#kept.add(chunk.subarray(start, start + size - before))
    const first = before === 0 ? start : 0
    const end = findEmptyLine(bytes, first + this.#headerScanned, first + size, this.#parts)
    if (end + EMPTY_LINE_SIZE > first + size) {
      if (size === limit) throw new UploadError('part-header-too-large', { limit })
      if (before === 0) this.#kept.add(chunk.subarray(start))
      this.#headerScanned = end - first
      return chunk.length
    }
    this.#kept.clear()
    this.#headerScanned = 0
    this.#beginContent('body')
    const head =
      readPlainHead(bytes, first, end, this.#limits) ??
      parsePartHead(bytes.subarray(first, end), this.#limits, {
        number: this.#parts,
        decodesPercent: this.#decodesPercent,
        fallback: this.#fallback,
      })
    this.#emptyInput = head.filename === '' ? head.name : undefined
    this.#events.begin(head)
    return start + (end - first) + EMPTY_LINE_SIZE - before
  }
}

function malformed(reason: string): UploadError {
  return new UploadError('malformed-body', { reason })
}
