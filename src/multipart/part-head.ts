import { UploadError } from '../errors/upload-error.ts'
import { toMediaType } from '../http/media-type.ts'
import type { DecoderLimits } from './decoder-limits.ts'
import { parseDisposition } from './disposition.ts'
import type { DispositionOptions } from './disposition.ts'
import { malformedPart } from './malformed-part.ts'
import { decodeText } from './text.ts'

/** The header of a part, as it was read. */
export interface PartHead {
  /** The name of the form field; may be ''. */
  readonly name: string
  /**
   * The name of the file as the client gave it. Show it, but never use it as a path. '' for a file input without a
   * chosen file; `undefined` for a field.
   */
  readonly filename: string | undefined
  /** The Content-Type as it was sent: what the client says, not what the bytes are. */
  readonly contentType: string | undefined
  /** `type/subtype` of `contentType`, lower-case; `undefined` if that is absent or not valid. */
  readonly type: string | undefined
  /** The charset parameter of `contentType`. */
  readonly charset: string | undefined
  /** Every header of the part by lower-case name; several of one name are joined by `, `. */
  readonly headers: ReadonlyMap<string, string>
}

export interface PartHeadOptions extends DispositionOptions {
  /** Reads names that are not UTF-8. Default windows-1252. */
  readonly fallback?: TextDecoder | undefined
}

const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Three encodings change no byte (RFC 2045 section 6.1). Clients also write HTTP's `identity`, or nothing. */
const IDENTITY_ENCODING = /^(?:7bit|8bit|binary|identity)?[ \t]*;?$/i
/** A text that can be repeated in a refusal. */
const SHORT_TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,40}$/
/** Looser than a media type, since `multipart/mixed, boundary=b` is not one, and is meant so. */
const MULTIPART = /^\W*multipart\b/i
const CONTENT = /^content-(?:disposition|type|transfer-encoding)$/
const UTF_8 = new TextEncoder()

/**
 * Reads the header lines of a part; `bytes` has neither the first CR LF nor the empty line. The decoder has made sure
 * that it holds no control characters but tabs and pairs of CR LF.
 *
 * @throws {UploadError} `malformed-body` with the reason; `too-many-part-headers` for more than
 *   `maxPartHeaders`; `name-too-long` for a name of more than `maxNameSize` bytes of UTF-8.
 */
export function parsePartHead(
  bytes: Uint8Array,
  limits: DecoderLimits,
  options: PartHeadOptions = { number: 1 },
): PartHead {
  const { number } = options
  const headers = parseHeaders(decodeText(bytes, options.fallback), limits, number)
  const disposition = headers.get('content-disposition')
  if (disposition === undefined) throw malformedPart(number, undefined, 'it has no Content-Disposition')
  const { name, filename } = parseDisposition(disposition, options)
  checkSize(name, limits.maxNameSize)
  if (filename !== undefined) checkSize(filename, limits.maxNameSize)

  const encoding = headers.get('content-transfer-encoding')
  if (encoding !== undefined && !IDENTITY_ENCODING.test(encoding)) {
    const called = SHORT_TOKEN.test(encoding) ? ` of ${encoding}` : ''
    throw malformedPart(
      number,
      name,
      `it has a Content-Transfer-Encoding${called}, which forms do not use (RFC 7578 section 4.7); ` +
        'send the bytes as they are, without this header',
    )
  }
  const contentType = headers.get('content-type')
  const mediaType = contentType === undefined ? undefined : toMediaType(contentType)
  const isMultipart = mediaType?.essence.startsWith('multipart/') ?? MULTIPART.test(contentType ?? '')
  // Several files in one part, as in RFC 2388. Kept as text, they would be lost silently.
  if (filename === undefined && isMultipart) {
    throw malformedPart(
      number,
      name,
      'it is a multipart of its own, which forms no longer use (RFC 7578 section 4.3); ' +
        'send each file as a part of the form',
    )
  }
  return {
    name,
    filename,
    contentType,
    type: mediaType?.essence,
    charset: mediaType?.parameters.get('charset'),
    headers,
  }
}

function parseHeaders(text: string, limits: DecoderLimits, number: number): Map<string, string> {
  if (text.startsWith(' ') || text.startsWith('\t')) {
    throw malformedPart(number, undefined, 'its header begins with a space')
  }
  const lines = toLines(text)
  const limit = limits.maxPartHeaders
  if (lines.length > limit) throw new UploadError('too-many-part-headers', { limit })
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon === -1) throw malformedPart(number, undefined, 'a line of its header has no colon')
    const name = toHeaderName(line.slice(0, colon))
    if (name === undefined) {
      throw malformedPart(number, undefined, 'the name of a header has characters that are not allowed')
    }
    const value = trimSpace(line, colon + 1)
    const before = headers.get(name)
    // Two readers might choose different ones.
    if (before !== undefined && CONTENT.test(name)) {
      throw malformedPart(number, undefined, `it has two headers called ${name}`)
    }
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return headers
}

function toLines(text: string): string[] {
  if (!text.includes('\r\n')) return [text]
  // Folded lines (RFC 5322 section 2.2.3) are one line without the CR LF.
  return text.replaceAll(/\r\n(?=[ \t])/g, '').split('\r\n')
}

function toHeaderName(text: string): string | undefined {
  // As almost every client writes it. Checking it again would be a good part of the cost of a small field.
  if (text === 'Content-Disposition') return 'content-disposition'
  return FIELD_NAME.test(text) ? text.toLowerCase() : undefined
}

/** A character has at most three bytes in UTF-8 for each of its UTF-16 code units, so most names need no counting. */
function checkSize(name: string, limit: number): void {
  if (name.length * 3 > limit && UTF_8.encode(name).length > limit) throw new UploadError('name-too-long', { limit })
}

/**
 * The text from `start` on, without the spaces and tabs around it. A loop, since a pattern would try every inner space.
 */
function trimSpace(text: string, start: number): string {
  let from = start
  let to = text.length
  while (text[from] === ' ' || text[from] === '\t') from += 1
  while (to > from && (text[to - 1] === ' ' || text[to - 1] === '\t')) to -= 1
  return text.slice(from, to)
}
