import { describe, expect, test } from 'vitest'
import { isUploadError } from '../errors/upload-error.ts'
import { toDecoderLimits } from './decoder-limits.ts'
import type { DecoderLimitOptions } from './decoder-limits.ts'
import { parsePartHead } from './part-head.ts'
import type { PartHead, PartHeadOptions } from './part-head.ts'

function parse(header: string | Uint8Array, options: Partial<PartHeadOptions> = {}): PartHead {
  const bytes = typeof header === 'string' ? Buffer.from(header) : header
  return parsePartHead(bytes, toDecoderLimits({}), { number: 3, ...options })
}

/** The reason of the refusal. */
function reason(header: string | Uint8Array): string | undefined {
  try {
    parse(header)
    return undefined
  } catch (error) {
    if (!isUploadError(error) || error.code !== 'malformed-body') throw error
    return error.details.reason
  }
}

function names(parameters: string | Uint8Array, options: Partial<PartHeadOptions> = {}): (string | undefined)[] {
  const start = Buffer.from('Content-Disposition: form-data; ')
  const head = parse(Buffer.concat([start, Buffer.from(parameters)]), options)
  return [head.name, head.filename]
}

const SHIFT_JIS = { fallback: new TextDecoder('shift_jis') }

test('bytes that are not UTF-8 are read as windows-1252, or by the charset of the form', () => {
  expect(names(Buffer.from('name="gr\xf6\xdfe"; filename="\x80 5.txt"', 'latin1'))).toEqual(['größe', '€ 5.txt'])
  expect(names(Buffer.from('name="\x95\x5c"; filename="\x83\x5c \x95\x5c"', 'latin1'), SHIFT_JIS)).toEqual([
    '表',
    'ソ 表',
  ])
  // UTF-8 stays UTF-8, whatever a form says.
  expect(names('name="größe"', SHIFT_JIS)).toEqual(['größe', undefined])
})

describe('a header is refused with the number of the part, its field and the reason', () => {
  const QUOTE = 'a quote inside a name must be sent as %22'
  const SYNTAX = `part 3, "a": a parameter of its Content-Disposition is not written as name="value"; ${QUOTE}`
  test.each([
    ['X: y', 'part 3: it has no Content-Disposition'],
    ['Content-Disposition: form-data', 'part 3: its Content-Disposition has no name'],
    ['Content-Disposition: form-data; filename="x"', 'part 3: its Content-Disposition has no name'],
    ['Content-Disposition: attachment; name="a"', 'part 3: its Content-Disposition is not form-data'],
    ['Content-Disposition: form-datax; name="a"', 'part 3: its Content-Disposition is not form-data'],
    ['Content-Disposition: ', 'part 3: its Content-Disposition is not form-data'],
    ['Content-Disposition: form-data, name="a"', 'part 3: its Content-Disposition is not form-data'],
    [
      'Content-Disposition: form-data; name="a"; name="b"',
      'part 3, "a": its Content-Disposition has two parameters called name',
    ],
    [
      'Content-Disposition: form-data; name="a"; Name=a',
      'part 3, "a": its Content-Disposition has two parameters called name',
    ],
    [
      'Content-Disposition: form-data; name="a"; filename=""; filename="b"',
      'part 3, "a": its Content-Disposition has two parameters called filename',
    ],
    [
      "Content-Disposition: form-data; name=\"a\"; filename*=utf-8''a; filename*=utf-8''b",
      'part 3, "a": its Content-Disposition has two parameters called filename*',
    ],
    [
      "Content-Disposition: form-data; name*=utf-8''a; name*=utf-8''b",
      'part 3: its Content-Disposition has two parameters called name*',
    ],
    [
      "Content-Disposition: form-data; name*=utf-8''%ff",
      "part 3: its name* cannot be read; write UTF-8'' and the percent-encoded name, or send a name",
    ],
    ["Content-Disposition: form-data; name*=utf-8''%00", 'part 3: its name* holds control characters'],
    ...['filename*0="x"; filename*1=".php"', "filename*0*=utf-8''x", 'name*0=x', "filename*x=utf-8''x"].map(
      (pieces): [string, string] => [
        `Content-Disposition: form-data; name=a; ${pieces}`,
        `part 3, "a": its ${pieces.split('=')[0]} is not supported (RFC 2231 section 3): send the name in one piece`,
      ],
    ),
    ['Content-Disposition: form-data; name="a', 'part 3: the quotes of its name are not closed'],
    ['Content-Disposition: form-data; name="a"; filename="b', 'part 3, "a": the quotes of its filename are not closed'],
    [
      'Content-Disposition: form-data; name="a"; filename="b"c.txt"',
      `part 3, "a": its filename goes on after its quotes; ${QUOTE}`,
    ],
    [
      'Content-Disposition: form-data; name="a"; filename="say "hi".txt"',
      `part 3, "a": its filename goes on after its quotes; ${QUOTE}`,
    ],
    ['Content-Disposition: form-data; name="a"; filename="b";c.txt"', SYNTAX],
    ['Content-Disposition: form-data; name="a"; filename="b";c.txt"; x=y', SYNTAX],
    ['Content-Disposition: form-data; name="a\\"; filename="b"', `part 3: its name goes on after its quotes; ${QUOTE}`],
    ['Content-Disposition: form-data; name="a"b', `part 3: its name goes on after its quotes; ${QUOTE}`],
    ['Content-Disposition: form-data; name="a" filename="b"', `part 3: its name goes on after its quotes; ${QUOTE}`],
    ['Content-Disposition: form-data; name=a b', 'part 3: its name needs quotes'],
    ['Content-Disposition: form-data; name=a; filename=foo[1].html', 'part 3, "a": its filename needs quotes'],
    [
      'Content-Disposition: form-data; name=a; filename=(1).html',
      'part 3, "a": its filename has no value, or needs quotes',
    ],
    ['Content-Disposition: form-data; name=', 'part 3: its name has no value, or needs quotes'],
    ['Content-Disposition: form-data; name', SYNTAX.replace(', "a"', '')],
    ['Content-Disposition: form-data; n(m="a"', SYNTAX.replace(', "a"', '')],
    ['Content-Disposition: form-data; n m="a"', SYNTAX.replace(', "a"', '')],
    [
      'Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"',
      'part 3: it has two headers called content-disposition',
    ],
    [
      'Content-Disposition: form-data; name="a"\r\ncontent-type: a/b\r\nContent-Type: a/b',
      'part 3: it has two headers called content-type',
    ],
    [' Content-Disposition: form-data; name="a"', 'part 3: its header begins with a space'],
    ['Content-Disposition: form-data; name="a"\r\nno colon', 'part 3: a line of its header has no colon'],
    ['Content-Disposition : form-data; name="a"', 'part 3: the name of a header has characters that are not allowed'],
    [
      ': x\r\nContent-Disposition: form-data; name="a"',
      'part 3: the name of a header has characters that are not allowed',
    ],
    ...['base64', 'quoted-printable', 'Base64', 'x-gzip'].map((encoding): [string, string] => [
      `Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: ${encoding}`,
      `part 3, "a": it has a Content-Transfer-Encoding of ${encoding}, which forms do not use (RFC 7578 section 4.7); ` +
        'send the bytes as they are, without this header',
    ]),
    ...['7bit, base64', 'binary;base64', 'x'.repeat(41)].map((encoding): [string, string] => [
      `Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: ${encoding}`,
      'part 3, "a": it has a Content-Transfer-Encoding, which forms do not use (RFC 7578 section 4.7); ' +
        'send the bytes as they are, without this header',
    ]),
    ...[
      'multipart/mixed; boundary=b',
      'Multipart/Mixed',
      'multipart/mixed, boundary=b',
      'multipart/mixed; boundary=b; boundary=c',
      'multipart /mixed; boundary=b',
      '"multipart/mixed"; boundary=b',
      'multipart; boundary=b',
    ].map((type): [string, string] => [
      `Content-Disposition: form-data; name="a"\r\nContent-Type: ${type}`,
      'part 3, "a": it is a multipart of its own, which forms no longer use (RFC 7578 section 4.3); ' +
        'send each file as a part of the form',
    ]),
  ])('%j', (header, expected) => {
    expect(reason(header)).toBe(expected)
  })

  test('a name of a field is shown without control characters, and not at any length', () => {
    expect(reason(`Content-Disposition: form-data; name="a%0D%0Ab"; filename="`)).toBe(
      'part 3, "ab": the quotes of its filename are not closed',
    )
    expect(reason(`Content-Disposition: form-data; name="${'😀'.repeat(81)}"; filename="`)).toBe(
      `part 3, "${'😀'.repeat(79)}…": the quotes of its filename are not closed`,
    )
    expect(reason(`Content-Disposition: form-data; ${'x'.repeat(50)}="`)).toBe(
      `part 3: the quotes of its ${'x'.repeat(40)}… are not closed`,
    )
  })
})

describe('the other headers of a part', () => {
  test.each(['7bit', '8bit', 'BINARY', 'identity', '', 'binary;', 'binary ;'])(
    'a Content-Transfer-Encoding of "%s" changes nothing',
    (encoding) => {
      expect(parse(`Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: ${encoding}`).name).toBe('a')
    },
  )

  test('parameters that say nothing of the name are passed over, encoded ones too', () => {
    expect(names('name="a"; size=3; creation-date*=utf-8\'\'a%20(b); x*0="y"; file*name=z')).toEqual(['a', undefined])
  })

  test('spaces around the equals sign are passed over', () => {
    expect(names('name = "a"; filename\t=\tb.txt')).toEqual(['a', 'b.txt'])
  })

  test('a file may itself be a multipart, as a saved web page is', () => {
    const head = parse(
      'Content-Disposition: form-data; name="a"; filename="x.mht"\r\nContent-Type: multipart/related; boundary=b',
    )
    expect(head.contentType).toBe('multipart/related; boundary=b')
  })

  test('are found by lower-case name, without the spaces around them; several of one name are joined', () => {
    const head = parse(
      'X-Note: \t one \r\nCONTENT-DISPOSITION:form-data;name=a\r\nx-note:two\r\n__proto__: x\r\nx-none:',
    )
    expect(Object.fromEntries(head.headers)).toEqual({
      'x-note': 'one, two',
      'content-disposition': 'form-data;name=a',
      ['__proto__']: 'x',
      'x-none': '',
    })
    expect(head.headers.get('__proto__')).toBe('x')
  })

  test('folded lines are one line', () => {
    const head = parse('Content-Disposition: form-data;\r\n name="a b";\r\n\tfilename="c\r\n d"\r\nX: 1\r\n  2')
    expect([head.name, head.filename, head.headers.get('x')]).toEqual(['a b', 'c d', '1  2'])
  })

  test('the Content-Type stays as it was sent, and its charset is read if it has one', () => {
    const charset = (type: string): string | undefined => {
      const head = parse(`Content-Disposition: form-data; name="a"\r\nContent-Type: ${type}`)
      expect(head.contentType).toBe(type)
      return head.charset
    }
    expect(charset('Text/Plain; Charset="ISO-8859-1"')).toBe('ISO-8859-1')
    expect(charset('text/plain')).toBeUndefined()
    expect(charset('nonsense; charset=utf-8')).toBeUndefined()
    expect(charset('text/plain; charset=a; charset=b')).toBeUndefined()
  })

  test('a header of spaces, or of parameters without end, is read in one go', () => {
    const filler = `x${' '.repeat(16_000)}x`
    expect(parse(`X: ${filler}\r\nContent-Disposition: form-data; name="a"`).headers.get('x')).toBe(filler)
    expect(parse(`Content-Disposition: form-data${'; '.repeat(8000)}; name="a"`).name).toBe('a')
    expect(reason(`Content-Disposition: form-data; name="${'\\"'.repeat(8000)} x`)).toBe(
      'part 3: the quotes of its name are not closed',
    )
  })
})

test.each([
  'Content-Disposition: form-data; name="a"',
  'Content-Disposition: form-data; name=""; filename=""',
  'Content-Disposition: form-data; name="a b\t"; filename="ü; \'x\'.txt"\r\nContent-Type: image/svg+xml',
  'Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain',
])('a head as most clients write it is read like any other: %j', (header) => {
  // Names of headers may be written in any case, and in this one they are read the long way.
  expect(parse(header)).toEqual(parse(header.replace('Content-D', 'content-d')))
})

test('a head as most clients write it has the same limits', () => {
  const header = 'Content-Disposition: form-data; name="abc"; filename="abc"\r\nContent-Type: text/plain'
  const read = (limits: DecoderLimitOptions) => () => parsePartHead(Buffer.from(header), toDecoderLimits(limits))
  expect(read({ maxPartHeaders: 1 })).toThrow(expect.objectContaining({ code: 'too-many-part-headers' }))
  expect(read({ maxNameSize: 2 })).toThrow(expect.objectContaining({ code: 'name-too-long' }))
  expect(read({ maxPartHeaders: 2, maxNameSize: 3 })).not.toThrow()
})
