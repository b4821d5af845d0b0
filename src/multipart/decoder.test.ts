import { describe, expect, test } from 'vitest'
import { UploadError } from '../errors/upload-error.ts'
import { MultipartDecoder } from './decoder.ts'
import type { DecoderOptions } from './decoder.ts'
import type { DecoderEvents } from './decoder.ts'
import type { DecoderLimitOptions } from './decoder-limits.ts'
import { at, every, outcomeOf, whole } from './testing/outcome.ts'

const FIELD = 'Content-Disposition: form-data; name="a"\r\n\r\n'
const IGNORE: DecoderEvents = { begin: () => undefined, bytes: () => undefined, end: () => undefined }

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

/** A short form of the events of a body. Every single cut, and single bytes, must give the same. */
function told(body: string, limits?: DecoderLimitOptions, boundary = 'XX'): { parts: string[]; refusal?: unknown } {
  const cuts = [every(1), every(2), ...Array.from(body, (_, place) => at(place))]
  const [first, ...others] = [whole, ...cuts].map((cut) => {
    const { parts, refusal } = outcomeOf(bytes(body), boundary, cut, limits)
    return {
      parts: parts.map(
        (part) => `${part.head.name}=${Buffer.from(part.bytes).toString('latin1')}${part.isWhole ? '' : '...'}`,
      ),
      ...(refusal === undefined ? {} : { refusal: { code: refusal.code, ...Object(refusal.details) } }),
    }
  })
  if (first === undefined) throw new Error('no cut')
  for (const other of others) expect(other).toEqual(first)
  return first
}

function malformed(reason: string): object {
  return { code: 'malformed-body', reason }
}

const TRUNCATED = { code: 'truncated-body', reason: 'the last delimiter is missing' }

describe('a body that is allowed is decoded the same, however it is cut', () => {
  test.each([
    ['a field', `--XX\r\n${FIELD}hello\r\n--XX--\r\n`, ['a=hello']],
    ['two parts of one name', `--XX\r\n${FIELD}1\r\n--XX\r\n${FIELD}2\r\n--XX--\r\n`, ['a=1', 'a=2']],
    ['an empty part', `--XX\r\n${FIELD}\r\n--XX--\r\n`, ['a=']],
    ['an empty part whose empty line is that of the delimiter', `--XX\r\n${FIELD}--XX--\r\n`, ['a=']],
    ['no part at all, as browsers send an empty form', '--XX--\r\n', []],
    ['no part at all, after an empty line', '\r\n--XX--', []],
    ['no line end after the last delimiter', `--XX\r\n${FIELD}x\r\n--XX--`, ['a=x']],
    ['a preamble and an epilogue', `pre\r\namble\r\n--XX\r\n${FIELD}x\r\n--XX--\r\nepi\r\nlogue`, ['a=x']],
    ['a preamble that is one empty line', `\r\n--XX\r\n${FIELD}x\r\n--XX--`, ['a=x']],
    ['a preamble of dashes and line ends', `\n\r-\r\n--\r\n-\r\n\r\n--XX\r\n${FIELD}x\r\n--XX--`, ['a=x']],
    ['a byte order mark on a line of its own', `\xef\xbb\xbf\r\n--XX\r\n${FIELD}x\r\n--XX--`, ['a=x']],
    [
      'text in the epilogue that is not a delimiter line',
      `--XX\r\n${FIELD}x\r\n--XX--\r\n--XXY\r\n--XX-\r\n --XX--\r\nx--XX\r\n--XX --`,
      ['a=x'],
    ],
    ['LF after the last delimiter', `--XX\r\n${FIELD}x\r\n--XX--\n`, ['a=x']],
    ['CR after the last delimiter', `--XX\r\n${FIELD}x\r\n--XX--\r`, ['a=x']],
    ['LF or CR and more after the last delimiter', `--XX\r\n${FIELD}x\r\n--XX-- \t\repi\nlogue`, ['a=x']],
    ['spaces and tabs after delimiters', `--XX \t \r\n${FIELD}x\r\n--XX\t\r\n${FIELD}y\r\n--XX-- \t`, ['a=x', 'a=y']],
    ['spaces after the last delimiter and an epilogue', `--XX\r\n${FIELD}x\r\n--XX-- \r\nepilogue`, ['a=x']],
    ['line ends of every kind in a part', `--XX\r\n${FIELD}\r\n\n\r\r\r\n\r\n--XX--`, ['a=\r\n\n\r\r\r\n']],
    [
      'beginnings of a delimiter, and one in another case',
      `--XX\r\n${FIELD}--X\r\n--X\r\n-\r\n--\r\n--xx\r\n\r\n--XX--`,
      ['a=--X\r\n--X\r\n-\r\n--\r\n--xx\r\n'],
    ],
    ...['X', 'Y\r', '-', '-Y', '- ', '---', '--Y', '-- Y', ' Y', '\t\t-', ' --', ' \t \0', '  --XX'].map(
      (behind): [string, string, string[]] => [
        `a delimiter with ${JSON.stringify(behind)} behind it on its line, wherever it stands`,
        `--XX\r\n${FIELD}--XX${behind}1\r\n--XX${behind}2\n--XX${behind}3\r--XX${behind}4 --XX${behind}5\r\n--XX--`,
        [`a=--XX${behind}1\r\n--XX${behind}2\n--XX${behind}3\r--XX${behind}4 --XX${behind}5`],
      ],
    ),
    ['delimiters in the middle of lines', `--XX\r\n${FIELD}x--XX\r\ny--XX--\r\n--XX--`, ['a=x--XX\r\ny--XX--']],
    ['a delimiter after lines that begin with one', `--XX\r\n${FIELD}\r\n--XX-\r\n--XX--`, ['a=\r\n--XX-']],
    ['a delimiter right after the beginning of one', `--XX\r\n${FIELD}\r\n--X\r\n--XX--`, ['a=\r\n--X']],
    ['a delimiter after CR and after CR LF dash dash', `--XX\r\n${FIELD}\r\r\n--\r\n--XX--`, ['a=\r\r\n--']],
    ['NUL and bytes over 127', `--XX\r\n${FIELD}\0\x7f\x80\xff\r\n--XX--`, ['a=\0\x7f\x80\xff']],
  ])('%s', (_, body, parts) => {
    expect(told(body)).toEqual({ parts })
  })

  test.each([
    '-',
    '--',
    '----',
    '*****',
    '--dio&12',
    '7'.repeat(77),
    ' x',
    "a'()+_,-./:=? z",
    '!#$%&*;@[]^`{|}~',
    'x'.repeat(70),
    '-'.repeat(256),
    `${'ab '.repeat(85)}x`,
  ])('the boundary %s', (boundary) => {
    const content = `x\r\n-${boundary}y\r\n--${boundary}y\r\n--${boundary.slice(1)}--`
    const body = `--${boundary}\r\n${FIELD}${content}\r\n--${boundary}--\r\n`
    expect(told(body, {}, boundary)).toEqual({ parts: [`a=${content}`] })
  })

  test('a boundary that begins with the dashes of a delimiter is found after more dashes', () => {
    expect(told(`----X\r\n${FIELD}--\r\n---\r\n----X--`, {}, '--X').parts).toEqual(['a=--\r\n---'])
  })
})

describe('a body is refused with the reason', () => {
  const NO_BOUNDARY = malformed('the boundary that the Content-Type announces is not in it')
  const FIRST_AND_TEXT = malformed('the first delimiter is followed by something else on its line')
  const BARE_LF = malformed('the line of a delimiter ends in LF without CR')
  const BARE_CR = malformed('the line of a delimiter ends in CR without LF')
  const BARE_CR_IN_HEADER = malformed('part 1: its header has a CR without LF')
  test.each<[string, string, string[], object]>([
    ['when it is empty', '', [], NO_BOUNDARY],
    ['when it has another boundary', `--YY\r\n${FIELD}x\r\n--YY--\r\n`, [], NO_BOUNDARY],
    ['when its lines end in LF', `--XX\r\n${FIELD}x\r\n--XX--`.replaceAll('\r\n', '\n'), [], BARE_LF],
    ['when its lines end in CR', `--XX\r\n${FIELD}x\r\n--XX--`.replaceAll('\r\n', '\r'), [], BARE_CR],
    [
      'when a header line ends in LF',
      `--XX\r\nX: y\n${FIELD}x\r\n--XX--`,
      [],
      malformed('part 1: a line of its header ends in LF without CR'),
    ],
    ['when a header line ends in CR', `--XX\r\nX: y\r${FIELD}x\r\n--XX--`, [], BARE_CR_IN_HEADER],
    ['when a header ends in CR LF CR', `--XX\r\nX: y\r\n\rx\r\n--XX--`, [], BARE_CR_IN_HEADER],
    ['when CR and text follow a delimiter', `--XX\r\n${FIELD}x\r\n--XX\rY`, ['a=x'], BARE_CR],
    [
      'when a part has bytes under an empty filename',
      `--XX\r\n${FIELD}x\r\n--XX\r\n${FIELD.replace('"a"', '"a"; filename=""')}y\r\n--XX--`,
      ['a=x', 'a=...'],
      malformed('part 2, "a": it has bytes but an empty filename'),
    ],
    ['when LF follows a delimiter', `--XX\r\n${FIELD}x\r\n--XX \n${FIELD}y\r\n--XX--`, ['a=x'], BARE_LF],
    ...['-XX\r\na: b\r\n\r\nx\r\n', '--X\r\n', ' \r\n'].flatMap((preamble) =>
      ['\r\n', '', '\n--XX'].map((behind): [string, string, string[], object] => [
        `when there is text before the last delimiter, but no part (${JSON.stringify(`${preamble}--XX--${behind}`)})`,
        `${preamble}--XX--${behind}`,
        [],
        malformed('the form has no part, but there is text before its last delimiter'),
      ]),
    ),
    ['when text follows the first delimiter', `--XXY\r\n${FIELD}x\r\n--XX--`, [], FIRST_AND_TEXT],
    ['when text follows the spaces after the first delimiter', `--XX Y\r\n${FIELD}x\r\n--XX--`, [], FIRST_AND_TEXT],
    ['when one dash follows the first delimiter', `--XX-\r\n${FIELD}x\r\n--XX--`, [], FIRST_AND_TEXT],
    ['when three dashes follow the first delimiter', '--XX---\r\n', [], FIRST_AND_TEXT],
    ...(
      [
        ['a byte order mark', '\xef\xbb\xbf'],
        ['a byte order mark and an empty line', '\r\n\xef\xbb\xbf'],
        ['a bare LF', '\n'],
        ['a bare LF', '\n\n'],
        ['a bare LF', 'preamble\n'],
        ['a bare CR', '\r'],
        ['a bare CR', '\r\n\r'],
      ] as const
    ).map(([title, preamble]): [string, string, string[], object] => [
      `when ${title} is before the first delimiter (${JSON.stringify(preamble)})`,
      `${preamble}--XX\r\n${FIELD}x\r\n--XX\r\n${FIELD}y\r\n--XX--`,
      [],
      malformed(
        `${title.replace(' and an empty line', '')} stands before the first delimiter, which has to begin the body or follow CR LF`,
      ),
    ]),
    ...['x', '-', ' ', '--X', '\r\n ', '\ufffd\xbb\xbf', '\xef\xbb\xbf\xbf'].map(
      (preamble): [string, string, string[], object] => [
        `when the first delimiter is in the middle of a line (${JSON.stringify(preamble)})`,
        `${preamble}--XX\r\n${FIELD}x\r\n--XX--`,
        [],
        malformed('the first delimiter is in the middle of a line; it has to begin the body or follow CR LF'),
      ],
    ),
    ...['', '--'].flatMap((dashes) =>
      ['', ' \t '].flatMap((padding) =>
        ['\r\n', '\r', '\n', ''].map((lineEnd): [string, string, string[], object] => [
          `when a bare LF is before a delimiter in a part (${JSON.stringify(dashes + padding + lineEnd)} behind it)`,
          `--XX\r\n${FIELD}x\n--XX${dashes}${padding}${lineEnd}`,
          ['a=x...'],
          malformed('a bare LF stands before a delimiter, which has to follow CR LF'),
        ]),
      ),
    ),
    [
      'when a bare CR is before a delimiter in a part',
      `--XX\r\n${FIELD}x\r--XX\r\n${FIELD}y\r\n--XX--`,
      ['a=x...'],
      malformed('a bare CR stands before a delimiter, which has to follow CR LF'),
    ],
    [
      'when a part begins with a bare LF and a delimiter',
      `--XX\r\n${FIELD}\n--XX--\r\n`,
      ['a=...'],
      malformed('a bare LF stands before a delimiter, which has to follow CR LF'),
    ],
    [
      'when a bare LF is before a delimiter, after lines that begin with one',
      `--XX\r\n${FIELD}\r\n--XXY\r\n--XX-\n--XX--\r\n`,
      ['a=\r\n--XXY\r\n--XX-...'],
      malformed('a bare LF stands before a delimiter, which has to follow CR LF'),
    ],
    ...['\r\n', '\n', '\r'].flatMap((lineEnd) =>
      ['', 'epilogue\r\n', 'epilogue\n', '\r', '--XXY\r\n'].flatMap((epilogue) =>
        ['--XX\r\n', '--XX', '--XX--', '--XX--\t\n'].map((delimiter): [string, string, string[], object] => [
          `when a delimiter comes after the last one (${JSON.stringify(lineEnd + epilogue + delimiter)})`,
          `--XX\r\n${FIELD}x\r\n--XX--${lineEnd}${epilogue}${delimiter}`,
          ['a=x'],
          malformed('a delimiter comes after the last one'),
        ]),
      ),
    ),
    ['when a part has no header', `--XX\r\n\r\nx\r\n--XX--`, [], malformed('part 1: it has no header')],
    [
      'when a header has NUL',
      `--XX\r\nX: \0\r\n${FIELD}x\r\n--XX--`,
      [],
      malformed('part 1: its header has control characters'),
    ],
    [
      'when a header has DEL',
      `--XX\r\nX: \x7f\r\n${FIELD}x\r\n--XX--`,
      [],
      malformed('part 1: its header has control characters'),
    ],
    [
      'when a delimiter comes in a header',
      `--XX\r\nX: y\r\n--XX--\r\n\r\n`,
      [],
      malformed('part 1: a line of its header has no colon'),
    ],
    ['when it ends in a part', `--XX\r\n${FIELD}x`, ['a=x...'], TRUNCATED],
    ['when it ends in what may be a delimiter', `--XX\r\n${FIELD}x\r\n--X`, ['a=x...'], TRUNCATED],
    ['when it ends after a delimiter', `--XX\r\n${FIELD}x\r\n--XX`, ['a=x'], TRUNCATED],
    ['when it ends after the line of a delimiter', `--XX\r\n${FIELD}x\r\n--XX\r\n`, ['a=x'], TRUNCATED],
    ['when it ends after one dash', `--XX\r\n${FIELD}x\r\n--XX-`, ['a=x...'], TRUNCATED],
    ['when it ends after the first delimiter', '--XX', [], TRUNCATED],
    ['when it ends after the first delimiter and a dash', '--XX-', [], TRUNCATED],
    [
      'when text follows what would be the last delimiter',
      `--XX\r\n${FIELD}x\r\n--XX--Y`,
      ['a=x\r\n--XX--Y...'],
      TRUNCATED,
    ],
    ['when it ends in a header', '--XX\r\nContent-Dispo', [], TRUNCATED],
  ])('%s', (_, body, parts, refusal) => {
    expect(told(body)).toEqual({ parts, refusal })
  })
})

describe('a limit of N admits exactly N', () => {
  const part = `--XX\r\n${FIELD}x\r\n`
  const header = 'X: 1\r\nContent-Disposition: form-data; name="abc"; filename="\xc3\xa4\xc3\xb6"\r\n\r\n'
  test.each<[keyof DecoderLimitOptions, number, string, string]>([
    ['maxParts', 2, 'too-many-parts', `${part}${part}--XX--`],
    ['maxPartHeaderSize', header.length, 'part-header-too-large', `--XX\r\n${header}x\r\n--XX--`],
    ['maxPartHeaders', 2, 'too-many-part-headers', `--XX\r\n${header}x\r\n--XX--`],
    ['maxNameSize', 4, 'name-too-long', `--XX\r\n${header}x\r\n--XX--`],
    ['maxPaddingSize', 5, 'padding-too-large', `12345\r\n${part}--XX--`],
    ['maxPaddingSize', 5, 'padding-too-large', `12\r\n-\r\n${part}--XX--`],
    ['maxPaddingSize', 5, 'padding-too-large', `${part}--XX--\r\n12345`],
    ['maxPaddingSize', 5, 'padding-too-large', `${part}--XX--\r12\r\n-`],
    ['maxPaddingSize', 5, 'padding-too-large', `${part}--XX--\n--XX-`],
    ['maxPaddingSize', 5, 'padding-too-large', `--XX  \t  \r\n${FIELD}x\r\n--XX--`],
    ['maxPaddingSize', 5, 'padding-too-large', `--XX\r\n${FIELD}\r\n--XX  \t  text\n--XX--  \t  text\r\n--XX--`],
    [
      'maxPaddingSize',
      5,
      'padding-too-large',
      `12345\r\n--XX     \r\n${FIELD}x\r\n--XX  \t  \r\n${FIELD}x\r\n--XX--     \r\n\r\n345`,
    ],
  ])('%s of %d (else %s): %j', (limit, size, code, body) => {
    expect(told(body, { [limit]: size }).refusal).toBeUndefined()
    expect(told(body, { [limit]: size - 1 }).refusal).toEqual({ code, limit: size - 1 })
  })

  test('by default 1,000 parts, 16 KiB of header, 32 headers, names of 4 KiB and 64 KiB of padding', () => {
    const code = (body: string): string | undefined => outcomeOf(bytes(body), 'XX').refusal?.code
    expect(code(`${part.repeat(1000)}--XX--`)).toBeUndefined()
    expect(code(`${part.repeat(1001)}--XX--`)).toBe('too-many-parts')
    const filler = 'X: '.padEnd(16 * 1024 - FIELD.length - 2, 'y')
    expect(code(`--XX\r\n${filler}\r\n${FIELD}x\r\n--XX--`)).toBeUndefined()
    expect(code(`--XX\r\n${filler}y\r\n${FIELD}x\r\n--XX--`)).toBe('part-header-too-large')
    expect(code(`--XX\r\n${'X: y\r\n'.repeat(31)}${FIELD}x\r\n--XX--`)).toBeUndefined()
    expect(code(`--XX\r\n${'X: y\r\n'.repeat(32)}${FIELD}x\r\n--XX--`)).toBe('too-many-part-headers')
    const named = (size: number): string => `--XX\r\n${FIELD.replace('"a"', `"${'a'.repeat(size)}"`)}x\r\n--XX--`
    expect(code(named(4096))).toBeUndefined()
    expect(code(named(4097))).toBe('name-too-long')
    expect(code(`${' '.repeat(65_536)}\r\n${part}--XX--`)).toBeUndefined()
    expect(code(`${' '.repeat(65_537)}\r\n${part}--XX--`)).toBe('padding-too-large')
  })

  test('a header that never ends is refused before it is kept', () => {
    const decoder = new MultipartDecoder('XX', IGNORE, { maxPartHeaderSize: 1000 })
    decoder.write(bytes('--XX\r\nX: '))
    decoder.write(bytes('y'.repeat(996)))
    expect(() => decoder.write(bytes('y'))).toThrow(UploadError)
  })

  test('limits left out or undefined have their defaults, Infinity turns a limit off, and nonsense is a mistake', () => {
    expect(outcomeOf(bytes(`${part.repeat(1001)}--XX--`), 'XX', whole, { maxParts: undefined }).refusal?.code).toBe(
      'too-many-parts',
    )
    expect(outcomeOf(bytes(`${part.repeat(1001)}--XX--`), 'XX', whole, { maxParts: Infinity }).refusal).toBeUndefined()
    expect(() => new MultipartDecoder('XX', IGNORE, { maxParts: -1 })).toThrow(TypeError)
    expect(() => new MultipartDecoder('XX', IGNORE, { maxPaddingSize: Number.NaN })).toThrow(TypeError)
  })
})

test('decodesPercent decodes the filenames that a client percent-encoded, and is off by default', () => {
  const filenames = (options: DecoderOptions): (string | undefined)[] => {
    const seen: (string | undefined)[] = []
    const decoder = new MultipartDecoder('XX', { ...IGNORE, begin: (head) => seen.push(head.filename) }, options)
    decoder.write(bytes(`--XX\r\n${FIELD.replace('"a"', '"a"; filename="%C3%BC.txt"')}\r\n--XX--`))
    return seen
  }
  expect(filenames({ decodesPercent: true })).toEqual(['ü.txt'])
  expect(filenames({ decodesPercent: false })).toEqual(['%C3%BC.txt'])
  expect(filenames({})).toEqual(['%C3%BC.txt'])
})

test('a refused part is named by its number, which counts all parts before it', () => {
  const body = `--XX\r\n${FIELD}x\r\n--XX\r\n${FIELD}y\r\n--XX\r\n${FIELD.replace('name', 'nome')}`
  expect(told(body).refusal).toEqual({
    code: 'malformed-body',
    reason: 'part 3: its Content-Disposition has no name',
  })
})

describe('a charset of the form', () => {
  const names = (...charsets: string[]): string[] => {
    const seen: string[] = []
    const decoder = new MultipartDecoder('XX', { ...IGNORE, begin: (head) => seen.push(head.name) })
    const part = `--XX\r\n${FIELD.replace('"a"', '"\x83\x5c"')}\r\n`
    decoder.write(bytes(part))
    for (const charset of charsets) {
      decoder.useCharset(charset)
      decoder.write(bytes(part))
    }
    return seen
  }

  test('reads the names that come after it and are not UTF-8', () => {
    expect(names('Shift_JIS', 'utf-8')).toEqual(['\u0192\\', 'ソ', '\u0192\\'])
  })

  test.each(['', ' ', 'null', 'NONE', 'binary', 'utf_8', 'utf8mb4'])('%j changes nothing', (charset) => {
    expect(names('Shift_JIS', charset)).toEqual(['\u0192\\', 'ソ', 'ソ'])
  })

  test.each(['no-such-charset', 'nil', 'utf-16', 'utf-16be'])('%j is refused', (charset) => {
    expect(() => names(charset)).toThrow('The body could not be read: the form names a charset that is not known.')
  })
})

describe('a decoder that has stopped stays so', () => {
  const body = bytes(`--XX\r\n${FIELD}x\r\n--XX--\r\n`)

  test('write throws an error that an event throws, and reports nothing after it', () => {
    for (const event of ['begin', 'bytes', 'end'] as const) {
      const seen: string[] = []
      const note = (name: string): void => {
        seen.push(name)
        if (name === event) throw new RangeError('enough')
      }
      const decoder = new MultipartDecoder('XX', {
        begin: () => note('begin'),
        bytes: () => note('bytes'),
        end: () => note('end'),
      })
      expect(() => decoder.write(body)).toThrow(new RangeError('enough'))
      expect(() => decoder.write(body)).toThrow(TypeError)
      expect(() => decoder.end()).toThrow(TypeError)
      expect(seen.at(-1)).toBe(event)
    }
  })

  test('no write after a refusal, after the end, or from inside an event', () => {
    const refused = new MultipartDecoder('XX', IGNORE)
    expect(() => refused.write(bytes('--XXY'))).toThrow(UploadError)
    expect(() => refused.write(bytes('\r\n'))).toThrow(TypeError)
    const ended = new MultipartDecoder('XX', IGNORE)
    ended.write(body)
    ended.end()
    expect(() => ended.write(body)).toThrow(TypeError)
    expect(() => ended.end()).toThrow(TypeError)
    const reentered: MultipartDecoder = new MultipartDecoder('XX', { ...IGNORE, end: () => reentered.write(body) })
    expect(() => reentered.write(body)).toThrow(TypeError)
  })

  test('a boundary that is not valid is a mistake', () => {
    for (const boundary of ['', 'x'.repeat(257), 'x ', 'x\r', 'x\n', '\x7f', 'ü', 'a"b', 'a\\b', '<a', 'a>']) {
      expect(() => new MultipartDecoder(boundary, IGNORE)).toThrow(TypeError)
    }
  })
})
