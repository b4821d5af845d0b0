import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { isUploadError } from '../../src/errors/upload-error.ts'
import { at, whole } from '../../src/multipart/testing/outcome.ts'
import type { Cut } from '../../src/multipart/testing/outcome.ts'
import { namesCharset } from '../../src/multipart/text.ts'
import { toFormLimits } from '../../src/receive/form-limits.ts'
import type { FormLimitOptions } from '../../src/receive/form-limits.ts'
import { UrlencodedDecoder } from '../../src/receive/urlencoded-decoder.ts'
import { fuzzTarget } from './target.ts'
import type { Target } from './target.ts'

interface Case {
  /** A character for every byte. */
  readonly body: string
  readonly cuts: readonly number[]
  readonly limits: FormLimitOptions
}

/** The pairs, or the code of the refusal. */
type Outcome = readonly (readonly [string, string])[] | string

const pieces = fc.oneof(
  fc.constantFrom('a', 'b', '=', '&', '+', '%', '%4', '%41', '%C3%A9', '%c3', '%e9', '%zz', '%%', '%00', '%26', '%3D'),
  fc.constantFrom(
    '&_charset_=',
    'iso-8859-1',
    'shift_jis',
    'utf-8',
    'nobody',
    '__proto__=',
    ';',
    '\r\n',
    '\xef\xbb\xbf',
  ),
  fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.string({ unit: 'grapheme', maxLength: 3 }).map((text) => Buffer.from(text.toWellFormed()).toString('latin1')),
)

export const urlencodedDecoder: Target = fuzzTarget<Case>({
  name: 'urlencoded-decoder',
  promise: 'gives the pairs of a plain reference, and of URLSearchParams, or the same refusal, however the body is cut',
  cases: fc.record({
    body: fc.array(pieces, { maxLength: 30 }).map((texts) => texts.join('')),
    cuts: fc.array(fc.nat({ max: 100 }), { maxLength: 10 }),
    limits: fc.oneof(
      fc.constant({}),
      fc.record({ maxFields: fc.nat({ max: 4 }) }),
      fc.record({ maxNameSize: fc.nat({ max: 4 }), maxFieldSize: fc.nat({ max: 6 }) }),
      fc.record({ maxFieldSize: fc.nat({ max: 6 }), maxFieldsSize: fc.nat({ max: 20 }) }),
    ),
  }),
  open: () => ({
    check({ body, cuts, limits }) {
      const bytes = Buffer.from(body, 'latin1')
      const expected = reference(body, limits)
      deepEqual(decode(bytes, limits, whole), expected)
      deepEqual(decode(bytes, limits, at(...cuts)), expected)
      // Node's own garbles letters beside a stray `%`; browsers send ASCII alone.
      if (typeof expected === 'string' || body.includes('_charset_') || /[^\0-\x7f]/.test(body)) return
      const standard = [...new URLSearchParams(body.startsWith('?') ? `&${body}` : body)]
      // Bytes that are not UTF-8 are a question mark there.
      if (!JSON.stringify(standard).includes('\ufffd')) deepEqual(expected, standard)
    },
  }),
})

function decode(body: Uint8Array, options: FormLimitOptions, cut: Cut): Outcome {
  const decoder = new UrlencodedDecoder(toFormLimits(options))
  try {
    for (const chunk of cut(body)) {
      const copy = new Uint8Array(chunk)
      decoder.write(copy)
      copy.fill(0x26)
    }
    return decoder.end().fields
  } catch (error) {
    // Every code: which one it is is the outcome.
    if (!isUploadError(error)) throw error
    return error.code
  }
}

/** The whole body, pair by pair. */
function reference(body: string, options: FormLimitOptions): Outcome {
  const { maxNameSize, maxFieldSize, maxFieldsSize, maxFields } = toFormLimits(options)
  const pairs: [string, string][] = []
  let size = 0
  const parts = body.split('&')
  for (const [index, pair] of parts.entries()) {
    if (pair === '') {
      // An ampersand without a pair before it counts as a byte.
      if (index < parts.length - 1) size += 1
      if (size > maxFieldsSize) return 'fields-too-large'
      continue
    }
    const equals = pair.includes('=') ? pair.indexOf('=') : pair.length
    const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
    // A pair that cannot be small enough, however it is encoded, is refused before it is over.
    if (name.length > maxNameSize * 3) return 'name-too-long'
    if (value.length > maxFieldSize * 3) return 'field-too-large'
    const decoded: [string, string] = [unescapeBytes(name), unescapeBytes(value)]
    if (pairs.length === maxFields) return 'too-many-fields'
    if (decoded[0].length > maxNameSize) return 'name-too-long'
    if (decoded[1].length > maxFieldSize) return 'field-too-large'
    size += decoded[0].length + decoded[1].length
    if (size > maxFieldsSize) return 'fields-too-large'
    pairs.push(decoded)
  }
  const label = pairs.find(([name, value]) => name === '_charset_' && namesCharset(toText(value, '')))?.[1] ?? ''
  if (label !== '' && !isCharset(toText(label, ''))) return pairs.length === 0 ? [] : 'malformed-body'
  return pairs.map(([name, value]) => [toText(name, label), toText(value, label)])
}

function unescapeBytes(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function toText(bytes: string, label: string): string {
  const array = Buffer.from(bytes, 'latin1')
  const charset = label === '' ? 'utf-8' : new TextDecoder(toText(label, '')).encoding
  if (charset !== 'utf-8') return new TextDecoder(charset).decode(array)
  const text = array.toString('utf8')
  return Buffer.from(text).equals(array) ? text : new TextDecoder('windows-1252').decode(array)
}

function isCharset(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== ''
  } catch {
    // RangeError: ERR_ENCODING_NOT_SUPPORTED.
    return false
  }
}
