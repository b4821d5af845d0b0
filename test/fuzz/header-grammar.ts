import { deepEqual, equal, ok } from 'node:assert/strict'
import fc from 'fast-check'
import { parseDigestField, toDigestField } from '../../src/digest/digest-field.ts'
import { isUploadError } from '../../src/errors/upload-error.ts'
import type { UploadErrorCode } from '../../src/errors/upload-error-details.ts'
import { prefersHtml } from '../../src/http/accept.ts'
import { parseContentLength } from '../../src/http/content-length.ts'
import { toMediaType } from '../../src/http/media-type.ts'
import { toParameters } from '../../src/http/parameters.ts'
import { parseBoundary } from '../../src/multipart/boundary.ts'
import { toDecoderLimits } from '../../src/multipart/decoder-limits.ts'
import { parseDisposition } from '../../src/multipart/disposition.ts'
import { toExtendedText } from '../../src/multipart/extended-value.ts'
import { parsePartHead } from '../../src/multipart/part-head.ts'
import { fromEncodedWord } from '../../src/multipart/encoded-word.ts'
import { fromPercentEncodedName } from '../../src/multipart/percent-encoded-name.ts'
import { dispositionFilename } from '../../src/protocols/binary/disposition-filename.ts'
import { evaluateConditions, isRangeWanted } from '../../src/serve/conditions.ts'
import { contentDisposition } from '../../src/serve/content-disposition.ts'
import { parseHttpDate } from '../../src/serve/http-date.ts'
import { selectRange } from '../../src/serve/ranges.ts'
import { hostileNames } from './hostile-name.ts'
import { fuzzTarget } from './target.ts'
import type { Target } from './target.ts'

interface Case {
  /** As it came in a header: a character for every byte. */
  readonly text: string
  readonly name: string
  readonly parameters: readonly (readonly [string, string])[]
  /** Seconds since 1970. */
  readonly time: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

const NOW = Date.UTC(2026, 0, 1)
const FILE = { etag: '"a"', lastModified: NOW }
const LIMITS = toDecoderLimits({})

/** Every reader of what a stranger wrote into a header, and the refusals that it may throw. */
export const READERS: Record<string, readonly [read: (text: string) => unknown, ...codes: UploadErrorCode[]]> = {
  parameters: [(text) => toParameters(text)],
  'media type': [toMediaType],
  accept: [(text) => prefersHtml((name) => (name === 'accept' ? text : undefined))],
  'content length': [parseContentLength],
  boundary: [parseBoundary, 'unsupported-media-type', 'malformed-request'],
  disposition: [(text) => parseDisposition(text), 'malformed-body'],
  'disposition of a client that encodes names': [
    (text) => parseDisposition(text, { number: 1, decodesPercent: true }),
    'malformed-body',
  ],
  'part head': [
    (text) => parsePartHead(Buffer.from(text, 'latin1'), LIMITS),
    'malformed-body',
    'too-many-part-headers',
    'name-too-long',
  ],
  'extended value': [toExtendedText],
  'encoded word': [fromEncodedWord],
  'percent-encoded name': [fromPercentEncodedName],
  'filename of a request': [dispositionFilename],
  range: [(text) => selectRange(text, 100)],
  date: [(text) => parseHttpDate(text, NOW)],
  digest: [(text) => parseDigestField('Content-Digest', text), 'malformed-request'],
  condition: [
    (text) => {
      const request = { method: 'GET', header: () => text }
      return [evaluateConditions(request, FILE, NOW), isRangeWanted(request, FILE, NOW)]
    },
  ],
}

const pieces = fc.oneof(
  fc.constantFrom(...'=;,:"\'\\ \t*%/-+<>()[]{}?!'.split(''), '\r\n ', '\r\n', '""', '\\"', '"a"', 'W/"a"', ', ,'),
  fc.constantFrom(
    'form-data',
    'attachment',
    'name',
    'filename',
    'filename*',
    'name*',
    'name*0',
    "utf-8''",
    "iso-8859-1'en'",
    '%e9',
    '%C3%BC',
    '%2F',
    '%2525',
    '=?utf-8?B?',
    '=?iso-8859-1?Q?',
    'w7w=',
    '=C3=BC',
    '?=',
  ),
  fc.constantFrom(
    'multipart/form-data',
    'text/html',
    '*/*',
    'q=0',
    'q=1.0',
    'boundary=',
    'charset=utf-8',
    '__proto__=',
  ),
  fc.constantFrom('bytes=', '0-', '-1', '0-0', '99999999999999999999', 'sha-256=', ':AAAA:', ':=:', '?1', '1.5', '@1'),
  fc.constantFrom('Content-Disposition: ', 'Content-Type: ', 'Mon', ', 01 Jan 2026 00:00:00 GMT', 'Jan', '00:00:60'),
  fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
)

export const headerGrammar: Target = fuzzTarget<Case>({
  name: 'header-grammar',
  promise: 'reads or refuses every text and never fails, and reads back what it writes',
  cases: fc.record({
    text: fc.array(pieces, { maxLength: 20 }).map((texts) => texts.join('')),
    name: hostileNames,
    parameters: fc.array(
      fc.tuple(
        fc.stringMatching(/^[!#$%&'*+.^_`|~0-9a-z-]{1,8}$/),
        fc.oneof(fc.stringMatching(/^[\t -~\u00a0-\u00ff]*$/), fc.constantFrom('', '"', '\\', '\\"', ';', '; a=b')),
      ),
      { maxLength: 4 },
    ),
    time: fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
    bytes: fc.uint8Array({ minLength: 0, maxLength: 64 }).map((bytes) => new Uint8Array(bytes)),
  }),
  open: () => ({
    check({ text, name, parameters, time, bytes }) {
      for (const [title, [read, ...codes]] of Object.entries(READERS)) checkTotal(title, read, text, codes)
      checkParameters(parameters)
      checkDates(time)
      deepEqual(parseDigestField('', toDigestField('sha-256', bytes)), new Map([['sha-256', bytes]]))
      checkDownloadName(name)
      checkEncodedName(name.toWellFormed())
      checkDecoding(text)
      checkLength(text)
    },
  }),
})

function checkTotal(
  title: string,
  read: (text: string) => unknown,
  text: string,
  codes: readonly UploadErrorCode[],
): void {
  try {
    read(text)
  } catch (error) {
    if (isUploadError(error) && codes.includes(error.code)) return
    throw new Error(`${title} fails`, { cause: error })
  }
}

function checkParameters(parameters: Case['parameters']): void {
  const quoted = parameters.map(([name, value]) => `; ${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`).join('')
  const names = parameters.map(([name]) => name)
  const expected = new Set(names).size < names.length ? undefined : new Map(parameters)
  deepEqual(toParameters(quoted), expected)
  deepEqual(toMediaType(`Text/Plain${quoted}`)?.parameters, expected)
}

/** RFC 9110 section 5.6.7 has three ways to write a date. */
function checkDates(seconds: number): void {
  const time = seconds * 1000
  const written = new Date(time).toUTCString()
  if (!/^\w{3}, \d\d \w{3} \d{4} /.test(written)) return
  equal(parseHttpDate(written, NOW), time)
  const [, day = '', month = '', year = '', clock = ''] = written.split(/,? /)
  equal(parseHttpDate(`Sun ${month} ${day.replace(/^0/, ' ')} ${clock} ${year}`, NOW), time)
  // A year of two digits is one of the hundred that end fifty years from now.
  if (Number(year) <= 1976 || Number(year) > 2076) return
  equal(parseHttpDate(`Sunday, ${day}-${month}-${year.slice(2)} ${clock} GMT`, NOW), time)
}

function checkDownloadName(name: string): void {
  const header = contentDisposition('attachment', name)
  ok(/^[\t\x20-\x7e]*$/.test(header), 'it is one line of ASCII')
  const read = dispositionFilename(header)
  if (read === undefined) return
  ok(!/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}/\\]/u.test(read), 'a browser sees a bare name')
  ok(
    name
      .toWellFormed()
      .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '')
      .includes(read),
    'of the same letters',
  )
}

const UNWANTED = /[\p{Cc}/\\]/u
const CONTROL = /[^\P{Cc}\t\r\n\u0080-\u009f]/u

/** Each way in which a client encodes a name gives the name. */
function checkEncodedName(name: string): void {
  const uri = encodeURIComponent(name)
  const unreserved = uri.replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  const word = `=?utf-8?B?${Buffer.from(name).toString('base64')}?=`
  const quoted = `=?UTF-8?q?${unreserved.replaceAll('_', '%5F').replaceAll('%20', '_').replaceAll('%', '=')}?=`
  const plain = (text: string, decodesPercent: boolean): unknown =>
    parseDisposition(`form-data; name=a; filename="${text}"`, { number: 1, decodesPercent }).filename
  if (!UNWANTED.test(name)) for (const text of [uri, unreserved]) equal(plain(text, true), name)
  if (CONTROL.test(name) || name === '') return
  equal(plain(word, false), name)
  equal(plain(quoted, false), name)
  for (const text of [uri, `"${uri}"`, `"${unreserved}"`]) {
    const value = text.startsWith('"') ? `"UTF-8''${text.slice(1)}` : `utf-8''${text}`
    equal(parseDisposition(`form-data; name=a; filename*=${value}`).filename, name)
    equal(parseDisposition(`form-data; name*=${value}`).name, name)
  }
}

/** Percent-decoding makes no folder and no control character, and is never done twice. */
function checkDecoding(text: string): void {
  const name = fromPercentEncodedName(text)
  if (name === undefined) return
  ok(!UNWANTED.test(name), 'it is a bare name')
  equal(Buffer.byteLength(name) + 2 * (text.match(/%/g)?.length ?? 0), Buffer.byteLength(text))
}

function checkLength(text: string): void {
  const length = parseContentLength(text)
  if (length === undefined) return
  equal(BigInt(length), BigInt(text))
}
