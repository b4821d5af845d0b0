import { UploadError } from '../errors/upload-error.ts'
import { toExtendedText } from './extended-value.ts'

/** What Content-Disposition says of a part (RFC 7578 section 4.2). */
export interface Disposition {
  readonly name: string
  /** `undefined` for a field; '' for a file input in which nothing was chosen. */
  readonly filename: string | undefined
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** A token, and letters of every script, which some clients do not quote either. */
const UNQUOTED = /[!#$%&'*+\-.^_`|~0-9A-Za-z\u0080-\uffff]+/y

/** NUL to U+001F and DEL, but not the tab, CR and LF: a file's name may truly have those, and browsers do send them. */
const CONTROL = /[^\P{Cc}\t\r\n\u0080-\u009f]/u

/**
 * Reads the Content-Disposition of a part, which is not quite that of HTTP. Inside quotes browsers write `%22`, `%0D` and
 * `%0A` for a quote, CR and LF, and everything else as it is, backslashes included (HTML, "multipart/form-data encoding
 * algorithm"); older clients write `\"`. So a backslash stands for itself (`C:\dir\x.txt`) unless a quote follows it, and
 * also before the very last quote (a file called `x\`). `filename*` wins over `filename` (RFC 6266 section 4.3).
 *
 * @throws {UploadError} `malformed-body` for another type than form-data, bad syntax, a missing name, a parameter that
 *   comes twice or in the encodings of RFC 2231 (other readers would see another name), a broken `filename*`, and
 *   control characters.
 */
export function parseDisposition(text: string): Disposition {
  const semicolon = text.indexOf(';')
  const type = semicolon === -1 ? text : text.slice(0, semicolon)
  if (type.trimEnd().toLowerCase() !== 'form-data') {
    throw malformed('the Content-Disposition of a part is not form-data')
  }
  let name: string | undefined
  let filename: string | undefined
  let extended: string | undefined
  let at = type.length
  while (at < text.length) {
    if (text[at] !== ';') throw malformed('a Content-Disposition cannot be read')
    at = skipSpace(text, at + 1)
    // An empty parameter, as after a trailing semicolon, is allowed (RFC 9110 section 5.6.6).
    if (at === text.length || text[at] === ';') continue
    const equals = text.indexOf('=', at)
    const parameter = text.slice(at, equals).toLowerCase()
    if (equals === -1 || !TOKEN.test(parameter)) throw malformed('a Content-Disposition cannot be read')
    const isQuoted = text[equals + 1] === '"'
    const start = isQuoted ? equals + 2 : equals + 1
    const end = isQuoted ? closingQuote(text, start) : unquotedEnd(text, start)
    const value = text.slice(start, end)
    at = skipSpace(text, isQuoted ? end + 1 : end)
    if (parameter === 'name') {
      name = once(parameter, name, isQuoted ? unescape(value) : value)
    } else if (parameter === 'filename') {
      filename = once(parameter, filename, isQuoted ? unescape(value) : value)
    } else if (parameter === 'filename*') {
      extended = once(parameter, extended, isQuoted ? '' : value)
    } else if (parameter.includes('*')) {
      throw malformed(`the parameter ${parameter} of a Content-Disposition is not supported`)
    }
  }
  if (name === undefined) throw malformed('a part has no name')
  if (extended !== undefined) {
    filename = toExtendedText(extended)
    if (filename === undefined) throw malformed('the filename* of a part cannot be read')
    // The other ways to write a name cannot bring any, since a header has none.
    if (CONTROL.test(filename)) throw malformed('the filename* of a part has control characters')
  }
  return { name, filename }
}

function skipSpace(text: string, start: number): number {
  let at = start
  while (text[at] === ' ' || text[at] === '\t') at += 1
  return at
}

function unquotedEnd(text: string, start: number): number {
  UNQUOTED.lastIndex = start
  if (!UNQUOTED.test(text)) throw malformed('a Content-Disposition cannot be read')
  return UNQUOTED.lastIndex
}

/** Where the quoted string ends whose first character is at `start`. */
function closingQuote(text: string, start: number): number {
  let quote = text.indexOf('"', start)
  while (text[quote - 1] === '\\' && quote !== text.length - 1 && quote !== -1) quote = text.indexOf('"', quote + 1)
  if (quote === -1) throw malformed('a quote in a Content-Disposition is not closed')
  return quote
}

function unescape(text: string): string {
  if (!text.includes('\\') && !text.includes('%')) return text
  return text.replaceAll(/\\"|%22|%0D|%0A/g, (escape) => (escape === '%0D' ? '\r' : escape === '%0A' ? '\n' : '"'))
}

function once(parameter: string, before: string | undefined, value: string): string {
  if (before !== undefined) throw malformed(`a Content-Disposition has two parameters called ${parameter}`)
  return value
}

function malformed(reason: string): UploadError {
  return new UploadError('malformed-body', { reason })
}
