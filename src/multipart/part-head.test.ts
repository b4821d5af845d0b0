import { describe, expect, test } from 'vitest'
import { isUploadError } from '../errors/upload-error.ts'
import { toDecoderLimits } from './decoder-limits.ts'
import type { DecoderLimitOptions } from './decoder-limits.ts'
import { parsePartHead } from './part-head.ts'
import type { PartHead } from './part-head.ts'

function parse(header: string | Uint8Array, fallback?: string): PartHead {
  const bytes = typeof header === 'string' ? Buffer.from(header) : header
  return parsePartHead(bytes, toDecoderLimits({}), fallback === undefined ? undefined : new TextDecoder(fallback))
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

function names(parameters: string | Uint8Array, fallback?: string): (string | undefined)[] {
  const start = Buffer.from('Content-Disposition: form-data; ')
  const head = parse(Buffer.concat([start, Buffer.from(parameters)]), fallback)
  return [head.name, head.filename]
}

describe('names of fields and files', () => {
  test.each<[string, string, string | undefined]>([
    ['name="a"', 'a', undefined],
    ['name=a', 'a', undefined],
    ['name=""', '', undefined],
    ['name="a"; filename=""', 'a', ''],
    ['NAME="a" ;\tFileName="b"', 'a', 'b'],
    ['filename="b"; name="a"', 'a', 'b'],
    ['name="a"; filename=plain.txt', 'a', 'plain.txt'],
    ['name="a"; filename=日本.txt;', 'a', '日本.txt'],
    ['name="a"; filename="日本 😀.txt"', 'a', '日本 😀.txt'],
    ['name="a%22b"; filename="c%22d%0D%0Ae"', 'a"b', 'c"d\r\ne'],
    ['name="a"; filename="100%25 %0d%00 %2G.txt"', 'a', '100%25 %0d%00 %2G.txt'],
    ['name="a"; filename=%22x%22', 'a', '%22x%22'],
    ['name="a\\"b"; filename="c\\"; d=\\"e.txt"', 'a"b', 'c"; d="e.txt'],
    ['name="a"; filename="C:\\dir\\new\\x.txt"', 'a', 'C:\\dir\\new\\x.txt'],
    ['name="a"; filename="\\\\server\\x"', 'a', '\\\\server\\x'],
    ['name="a"; filename="ends with \\"', 'a', 'ends with \\'],
    ['name="a"; filename="\\"', 'a', '\\'],
    ['name="a"; filename="x;y=z, w"', 'a', 'x;y=z, w'],
    ['name="a"; filename="tab\there"', 'a', 'tab\there'],
    ['name="a"; filename="../../etc/passwd"', 'a', '../../etc/passwd'],
    ['name="a"; size=3; filename="b"; creation-date="x"', 'a', 'b'],
    ['name="__proto__"; filename="constructor"', '__proto__', 'constructor'],
  ])('%s', (parameters, name, filename) => {
    expect(names(parameters)).toEqual([name, filename])
  })

  test.each<[string, string]>([
    ["filename*=UTF-8''%e2%82%ac%20rates", '€ rates'],
    ["filename*=utf-8'en'plain.txt", 'plain.txt'],
    ["filename*=iso-8859-1''%A3%20rates", '£ rates'],
    ["filename*=ISO-8859-1'en'gr%F6%DFe", 'größe'],
    ["filename*=UTF-8''", ''],
    ['filename="plain.txt"; filename*=UTF-8\'\'%e2%82%ac', '€'],
    ['filename*=UTF-8\'\'%e2%82%ac; filename="plain.txt"', '€'],
    ["filename*=UTF-8''a%0D%0A%22b", 'a\r\n"b'],
  ])('filename* wins: %s', (parameters, filename) => {
    expect(names(`name="a"; ${parameters}`)).toEqual(['a', filename])
  })

  test.each([
    "filename*=UTF-8''%e2%82",
    "filename*=UTF-8''%zz",
    "filename*=UTF-8''%e",
    "filename*=UTF-8''é",
    "filename*=utf-16''a",
    "filename*=''a",
    'filename*=a',
    "filename*=UTF-8'a",
    'filename*="UTF-8\'\'a"',
    'filename="fine"; filename*=UTF-8\'\'%ff',
  ])('a broken filename* is refused, not passed over: %s', (parameters) => {
    expect(reason(`Content-Disposition: form-data; name="a"; ${parameters}`)).toBe(
      'the filename* of a part cannot be read',
    )
  })

  test.each(['%00', '%1b', '%7F'])('filename* cannot bring the control character %s', (escape) => {
    expect(reason(`Content-Disposition: form-data; name="a"; filename*=UTF-8''x${escape}`)).toBe(
      'the filename* of a part has control characters',
    )
  })

  test('bytes that are not UTF-8 are read as windows-1252, or by the charset of the form', () => {
    expect(names(Buffer.from('name="gr\xf6\xdfe"; filename="\x80 5.txt"', 'latin1'))).toEqual(['größe', '€ 5.txt'])
    expect(names(Buffer.from('name="\x95\x5c"; filename="\x83\x5c \x95\x5c"', 'latin1'), 'shift_jis')).toEqual([
      '表',
      'ソ 表',
    ])
    // UTF-8 stays UTF-8, whatever a form says.
    expect(names('name="größe"', 'shift_jis')).toEqual(['größe', undefined])
  })
})

describe('a header is refused with the reason', () => {
  const UNREADABLE = 'a Content-Disposition cannot be read'
  test.each([
    ['X: y', 'a part has no Content-Disposition'],
    ['Content-Disposition: form-data', 'a part has no name'],
    ['Content-Disposition: form-data; filename="x"', 'a part has no name'],
    ['Content-Disposition: attachment; name="a"', 'the Content-Disposition of a part is not form-data'],
    ['Content-Disposition: form-datax; name="a"', 'the Content-Disposition of a part is not form-data'],
    ['Content-Disposition: ', 'the Content-Disposition of a part is not form-data'],
    ['Content-Disposition: form-data; name="a"; name="b"', 'a Content-Disposition has two parameters called name'],
    ['Content-Disposition: form-data; name="a"; Name=a', 'a Content-Disposition has two parameters called name'],
    [
      'Content-Disposition: form-data; name="a"; filename=""; filename="b"',
      'a Content-Disposition has two parameters called filename',
    ],
    [
      "Content-Disposition: form-data; name=\"a\"; filename*=utf-8''a; filename*=utf-8''b",
      'a Content-Disposition has two parameters called filename*',
    ],
    ["Content-Disposition: form-data; name*=utf-8''a", 'the parameter name* of a Content-Disposition is not supported'],
    [
      'Content-Disposition: form-data; name=a; filename*0="x"; filename*1=".php"',
      'the parameter filename*0 of a Content-Disposition is not supported',
    ],
    ['Content-Disposition: form-data; name="a', 'a quote in a Content-Disposition is not closed'],
    ['Content-Disposition: form-data; name="a\\"; filename="b"', UNREADABLE],
    ['Content-Disposition: form-data; name="a"b', UNREADABLE],
    ['Content-Disposition: form-data; name="a" filename="b"', UNREADABLE],
    ['Content-Disposition: form-data; name=a b', UNREADABLE],
    ['Content-Disposition: form-data; name=', UNREADABLE],
    ['Content-Disposition: form-data; name', UNREADABLE],
    ['Content-Disposition: form-data; name =a', UNREADABLE],
    ['Content-Disposition: form-data; name= "a"', UNREADABLE],
    ['Content-Disposition: form-data; n(m="a"', UNREADABLE],
    ['Content-Disposition: form-data, name="a"', 'the Content-Disposition of a part is not form-data'],
    [
      'Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"',
      'a part has two headers called content-disposition',
    ],
    [
      'Content-Disposition: form-data; name="a"\r\ncontent-type: a/b\r\nContent-Type: a/b',
      'a part has two headers called content-type',
    ],
    [' Content-Disposition: form-data; name="a"', 'the header of a part begins with a space'],
    ['Content-Disposition: form-data; name="a"\r\nno colon', 'a header line of a part has no colon'],
    ['Content-Disposition : form-data; name="a"', 'the name of a header of a part has characters that are not allowed'],
    [
      ': x\r\nContent-Disposition: form-data; name="a"',
      'the name of a header of a part has characters that are not allowed',
    ],
    ...['base64', 'quoted-printable', 'Base64', 'x-gzip', '', '7bit, base64'].map((encoding): [string, string] => [
      `Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: ${encoding}`,
      'a part has a Content-Transfer-Encoding, which forms do not use (RFC 7578 section 4.7)',
    ]),
    [
      'Content-Disposition: form-data; name="a"\r\nContent-Type: multipart/mixed; boundary=b',
      'a part is a multipart of its own, which forms no longer use (RFC 7578 section 4.3)',
    ],
  ])('%j', (header, expected) => {
    expect(reason(header)).toBe(expected)
  })
})

describe('the other headers of a part', () => {
  test.each(['7bit', '8bit', 'BINARY'])('a Content-Transfer-Encoding of %s changes nothing', (encoding) => {
    expect(parse(`Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: ${encoding}`).name).toBe('a')
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

  test('the Content-Type stays as it was sent; its charset is read where it can be', () => {
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
      'a quote in a Content-Disposition is not closed',
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
