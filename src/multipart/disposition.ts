import type { UploadError } from '../errors/upload-error.ts'
import { fromEncodedWord } from './encoded-word.ts'
import { toExtendedText } from './extended-value.ts'
import { malformedPart } from './malformed-part.ts'
import { fromPercentEncodedName } from './percent-encoded-name.ts'

/** The Content-Disposition of a part (RFC 7578 section 4.2), as it was read. */
export interface Disposition {
  readonly name: string
  /** `undefined` for a field; '' for a file input without a chosen file. */
  readonly filename: string | undefined
}

export interface DispositionOptions {
  /** The part's place in the form, from 1; refusals name it. */
  readonly number: number
  /** As `DecoderOptions.decodesPercent`. */
  readonly decodesPercent?: boolean | undefined
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** A token, and letters of every script, which some clients do not quote either. */
const UNQUOTED = /[!#$%&'*+\-.^_`|~0-9A-Za-z\u0080-\uffff]+/y

/** NUL to U+001F and DEL, but not tab, CR and LF: a file's name may truly have those, and browsers do send them. */
const CONTROL = /[^\P{Cc}\t\r\n\u0080-\u009f]/u

const QUOTE_HINT = 'a quote inside a name must be sent as %22'

/**
 * Reads the Content-Disposition of a part, which is not quite that of HTTP. Inside quotes browsers write `%22`, `%0D`
 * and `%0A` for a quote, CR and LF (HTML, "multipart/form-data encoding algorithm"). They write everything else as it
 * is, backslashes included; older clients write `\"`. So a backslash stands for itself (`C:\dir\x.txt`) unless a quote
 * follows it, and also before the very last quote (a file called `x\`). A name that is one RFC 2047 word is decoded.
 *
 * `filename*` wins over `filename` (RFC 6266 section 4.3) if it can be read. `name*` counts only without a `name`.
 *
 * @throws {UploadError} `malformed-body` for another type than form-data, bad syntax, a missing name, and control
 *   characters. Also for a broken `filename*` without a `filename`. Also for a parameter that comes twice or in pieces
 *   (RFC 2231 section 3), since other readers would see another name.
 */
export function parseDisposition(text: string, options: DispositionOptions = { number: 1 }): Disposition {
  return new DispositionReader(text, options).read()
}

/** Names are decoded when they are met; of `filename` the sent text is needed too. */
class DispositionReader {
  readonly #text: string
  readonly #options: DispositionOptions
  #at = 0
  #name: string | undefined
  #filename: string | undefined
  #sentFilename: string | undefined
  #extendedName: string | undefined
  #extendedFilename: string | undefined

  constructor(text: string, options: DispositionOptions) {
    this.#text = text
    this.#options = options
  }

  read(): Disposition {
    this.#readType()
    while (this.#at < this.#text.length) this.#readParameter()
    return { name: this.#name ?? this.#nameByExtended(), filename: this.#bestFilename() }
  }

  #readType(): void {
    const semicolon = this.#text.indexOf(';')
    const type = semicolon === -1 ? this.#text : this.#text.slice(0, semicolon)
    if (type.trimEnd().toLowerCase() !== 'form-data') throw this.#refuse('its Content-Disposition is not form-data')
    this.#at = type.length
  }

  /** Reads from a semicolon to the next one, or to the end. */
  #readParameter(): void {
    const text = this.#text
    const start = skipSpace(text, this.#at + 1)
    this.#at = start
    // An empty parameter, as after a trailing semicolon, is allowed (RFC 9110 section 5.6.6).
    if (start === text.length || text[start] === ';') return
    const equals = text.indexOf('=', start)
    const parameter = equals === -1 ? undefined : toParameterName(text.slice(start, equals))
    if (parameter === undefined) {
      throw this.#refuse(`a parameter of its Content-Disposition is not written as name="value"; ${QUOTE_HINT}`)
    }
    this.#at = skipSpace(text, equals + 1)
    const isQuoted = text[this.#at] === '"'
    const value = isQuoted ? this.#readQuoted(parameter) : this.#readUnquoted(parameter)
    this.#at = skipSpace(text, this.#at)
    if (this.#at < text.length && text[this.#at] !== ';') {
      throw this.#refuse(
        `its ${shown(parameter)} ${isQuoted ? `goes on after its quotes; ${QUOTE_HINT}` : 'needs quotes'}`,
      )
    }
    this.#keep(parameter, value, isQuoted)
  }

  #readQuoted(parameter: string): string {
    const start = this.#at + 1
    const end = closingQuote(this.#text, start)
    if (end === -1) throw this.#refuse(`the quotes of its ${shown(parameter)} are not closed`)
    this.#at = end + 1
    return this.#text.slice(start, end)
  }

  #readUnquoted(parameter: string): string {
    const start = this.#at
    if (parameter.endsWith('*')) {
      // Up to the semicolon, whatever it is: if it cannot be read, it may count as not given.
      const semicolon = this.#text.indexOf(';', start)
      this.#at = semicolon === -1 ? this.#text.length : semicolon
      return this.#text.slice(start, this.#at).trimEnd()
    }
    UNQUOTED.lastIndex = start
    if (!UNQUOTED.test(this.#text)) throw this.#refuse(`its ${shown(parameter)} has no value, or needs quotes`)
    this.#at = UNQUOTED.lastIndex
    return this.#text.slice(start, this.#at)
  }

  #keep(parameter: string, value: string, isQuoted: boolean): void {
    switch (parameter) {
      case 'name':
        this.#name = this.#once(parameter, this.#name, isQuoted ? this.#decode(parameter, value) : value)
        break
      case 'filename':
        this.#filename = this.#once(parameter, this.#filename, isQuoted ? this.#decode(parameter, value) : value)
        this.#sentFilename = value
        break
      case 'name*':
        this.#extendedName = this.#once(parameter, this.#extendedName, value)
        break
      case 'filename*':
        this.#extendedFilename = this.#once(parameter, this.#extendedFilename, value)
        break
      default:
        if (!/^(?:file)?name\*/.test(parameter)) return
        throw this.#refuse(`its ${shown(parameter)} is not supported (RFC 2231 section 3): send the name in one piece`)
    }
  }

  #once(parameter: string, before: string | undefined, value: string): string {
    if (before === undefined) return value
    throw this.#refuse(`its Content-Disposition has two parameters called ${parameter}`)
  }

  /** Undoes one encoding of a text in quotes, never two. */
  #decode(parameter: 'name' | 'filename', text: string): string {
    if (text.startsWith('=?')) {
      const word = fromEncodedWord(text)
      if (word !== undefined) return this.#checked(parameter, word)
    }
    if (parameter === 'filename' && this.#options.decodesPercent === true) {
      const name = fromPercentEncodedName(text)
      if (name !== undefined) return name
    }
    return unescape(text)
  }

  #nameByExtended(): string {
    const sent = this.#extendedName
    if (sent === undefined) throw this.#refuse('its Content-Disposition has no name')
    return this.#extended('name*', sent) ?? this.#unreadable('name*')
  }

  #bestFilename(): string | undefined {
    const [plain, sent] = [this.#filename, this.#extendedFilename]
    if (sent === undefined) return plain
    const name = this.#extended('filename*', sent)
    if (plain === undefined) return name ?? this.#unreadable('filename*')
    // Empty, it would turn a file into one that was not chosen.
    if (name === undefined || name === '') return plain
    // Two clients wrap the plain name before they encode it. .NET: in quotes, if the caller has written them.
    if (name === `"${plain}"`) return plain
    // Apache HttpClient, EXTENDED: as an extended value.
    if (name === `UTF-8''${this.#sentFilename}`) return this.#extended('filename*', name) ?? plain
    return name
  }

  #extended(parameter: 'name*' | 'filename*', sent: string): string | undefined {
    const name = toExtendedText(sent)
    return name === undefined ? undefined : this.#checked(parameter, name)
  }

  /** Only what was encoded can bring control characters, since a header has none. */
  #checked(parameter: string, name: string): string {
    if (CONTROL.test(name)) throw this.#refuse(`its ${parameter} holds control characters`)
    return name
  }

  #unreadable(parameter: 'name*' | 'filename*'): never {
    throw this.#refuse(
      `its ${parameter} cannot be read; ` +
        `write UTF-8'' and the percent-encoded name, or send a ${parameter.slice(0, -1)}`,
    )
  }

  #refuse(reason: string): UploadError {
    return malformedPart(this.#options.number, this.#name, reason)
  }
}

function toParameterName(text: string): string | undefined {
  // As almost every client writes them.
  if (text === 'name' || text === 'filename') return text
  const name = text.trimEnd().toLowerCase()
  return TOKEN.test(name) ? name : undefined
}

/** A token of any length. */
function shown(parameter: string): string {
  return parameter.length > 40 ? `${parameter.slice(0, 40)}…` : parameter
}

function skipSpace(text: string, start: number): number {
  let at = start
  while (text[at] === ' ' || text[at] === '\t') at += 1
  return at
}

/** The end of the quoted string whose first character is at `start`; -1 if it does not end. */
function closingQuote(text: string, start: number): number {
  let quote = text.indexOf('"', start)
  while (text[quote - 1] === '\\' && quote !== text.length - 1 && quote !== -1) quote = text.indexOf('"', quote + 1)
  return quote
}

function unescape(text: string): string {
  if (!text.includes('\\') && !text.includes('%')) return text
  return text.replaceAll(/\\"|%22|%0D|%0A/g, (escape) => (escape === '%0D' ? '\r' : escape === '%0A' ? '\n' : '"'))
}
