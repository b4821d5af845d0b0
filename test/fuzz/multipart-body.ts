import fc from 'fast-check'

/** A body and how it comes; a character for every byte. */
export interface MultipartCase {
  readonly boundary: string
  readonly body: string
  /** Places at which it is cut into chunks, in any order. */
  readonly cuts: readonly number[]
}

/** Every character that a boundary may have; those that look like a delimiter's own come first, to be shrunk to. */
const BOUNDARY_CHARACTERS = [
  '-',
  '*',
  ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)).filter(
    (each) => !/["\\<>*-]/.test(each),
  ),
]

const boundaryCharacters = fc.oneof(fc.constantFrom('-', '*'), fc.constantFrom(...BOUNDARY_CHARACTERS))

/** Short ones that look like what surrounds them, so that near misses are frequent; and any others. */
export const boundaries: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '-',
      '--',
      '*****',
      'X',
      'XX',
      '-X',
      'X-X',
      "a b'",
      ' X',
      '--dio&12',
      '----WebKitFormBoundary0123456789abcdef',
      'x'.repeat(70),
      '-'.repeat(256),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.string({ unit: boundaryCharacters, minLength: 1, maxLength: 16 }), fc.integer({ min: 1, max: 16 }))
      .map(([text, times]) => text.repeat(times))
      .filter((text) => !text.endsWith(' ')),
  },
)

/** Pieces of a delimiter, line ends and other bytes, in any order. */
function contents(boundary: string): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      '-',
      '--',
      '\r\n-',
      '\r\n--',
      boundary,
      boundary.slice(0, -1),
      boundary.toLowerCase(),
      `--${boundary.slice(1)}`,
      `\r\n--${boundary.slice(0, -1)}`,
      `\r\r\n--${boundary.slice(0, -1)}`,
      `--${boundary}`,
    ),
    fc.string({ unit: 'binary-ascii', maxLength: 6 }),
    fc.uint8Array({ maxLength: 4 }).map((array) => Buffer.from(array).toString('latin1')),
    // Lines that begin with a delimiter: most have other text behind it, and are content.
    fc
      .tuple(
        fc.constantFrom('\r\n', '\r\n', '\n', '\r', '\n\r\n', 'x'),
        fc.constantFrom('', '-', '--', '---', ' ', '--\t', '-- -', ' \t  ', '         '),
        fc.constantFrom('x', 'x', 'x', '-', ' ', '\0', '', '\r', '\n'),
      )
      .map(([before, behind, after]) => `${before}--${boundary}${behind}${after}`),
  )
  return fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
}

/** As clients write them, as they should not, and as no client does. */
const dispositions: fc.Arbitrary<string> = fc.constantFrom(
  'Content-Disposition: form-data; name="a"',
  'Content-Disposition: form-data; name="a"',
  'Content-Disposition: form-data; name="f"; filename="a.txt"',
  'Content-Disposition: form-data; name="f"; filename=""',
  'content-disposition:form-data;name=a',
  'Content-Disposition: form-data; name="f"; filename="x;\\"%22.txt"',
  'Content-Disposition: form-data; name="f"; filename="C:\\dir\\"',
  'Content-Disposition: form-data;\r\n name="f";\r\n\tfilename*=utf-8\'\'%e2%82%ac',
  "Content-Disposition: form-data; name=f; filename*=iso-8859-1''%e9; filename=e",
  "Content-Disposition: form-data; name=f; filename*=shift_jis''%82%a0",
  "Content-Disposition: form-data; name=f; filename*=utf-8''%c0%af",
  "Content-Disposition: form-data; name=f; filename*=utf-8''%0d%0aX:y",
  'Content-Disposition: form-data; name=f; filename="b (1)"; filename*=utf-8\'\'b%20(1)',
  'Content-Disposition: form-data; name=f; filename="?"; filename*="UTF-8\'\'%C5%BB"',
  'Content-Disposition: form-data; name=f; filename="%C5%BB"; filename*="UTF-8\'\'UTF-8%27%27%25C5%25BB"',
  "Content-Disposition: form-data; name = f; filename = x; filename*=utf-8''%ff",
  "Content-Disposition: form-data; name*=utf-8''%C5%BB'x'",
  'Content-Disposition: form-data; name="f"; filename="%C5%BB%20100%25.txt"',
  'Content-Disposition: form-data; name="f"; filename="%2E%2E%2Fx"',
  'Content-Disposition: form-data; name="f"; filename="=?utf-8?B?xbs=?="',
  'Content-Disposition: form-data; name="=?iso-8859-1?Q?=E9_1?="',
  'Content-Disposition: form-data; name="f"; filename="a "b".txt"',
  'Content-Disposition: form-data; name="\xe9"',
  'Content-Disposition: form-data; name="\xc3\xa9"',
  'Content-Disposition: form-data; name="__proto__"; filename="constructor"',
  'Content-Disposition: form-data; name="_charset_"',
  'Content-Disposition: form-data; name="a"; name="b"',
  'Content-Disposition: form-data; name*0="a"; name*1="b"',
  'Content-Disposition: attachment; name="a"',
  'Content-Disposition: form-data',
)
const otherHeaders = fc.constantFrom(
  '',
  'Content-Type: text/plain; charset=utf-8\r\n',
  'Content-Type: text/plain; charset=iso-8859-1\r\n',
  'Content-Type: text/plain; charset=nobody-knows\r\n',
  'Content-Type: text/plain; charset=null\r\n',
  'Content-Type: multipart/mixed; boundary=X\r\n',
  'Content-Type: multipart/mixed, boundary=X\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  'Content-Transfer-Encoding: binary;\r\n',
  'Content-Transfer-Encoding: \r\n',
  'X-Folded: a\r\n  b\r\n',
  'X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n',
  'Content-Disposition: form-data; name="second"\r\n',
  'no colon\r\n',
)

/** A body that is almost, and often wholly, well formed. */
export function multipartBodies(boundary: string): fc.Arbitrary<string> {
  const part = fc
    .tuple(
      fc.oneof(
        { weight: 8, arbitrary: fc.constant('') },
        { weight: 1, arbitrary: fc.constantFrom(' ', '\t ', 'x', '-', '\n', '\r') },
      ),
      fc.oneof({ weight: 8, arbitrary: fc.constant('') }, { weight: 2, arbitrary: otherHeaders }),
      dispositions,
      contents(boundary),
    )
    .map(
      ([padding, other, disposition, data]) => `--${boundary}${padding}\r\n${other}${disposition}\r\n\r\n${data}\r\n`,
    )
  return fc
    .tuple(
      fc.oneof(
        { weight: 12, arbitrary: fc.constant('') },
        { weight: 2, arbitrary: fc.constantFrom('\r\n', 'preamble\r\n', '--\r\n') },
        { weight: 1, arbitrary: contents(boundary).map((text) => `${text}\r\n`) },
        { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '\xef\xbb\xbf', 'x', '-') },
      ),
      fc.array(part, { maxLength: 4 }),
      fc.oneof(
        {
          weight: 6,
          arbitrary: fc
            .constantFrom('\r\n', '\r\n', '', '\n', '\r', ' \r\n', '\t')
            .map((lineEnd) => `--${boundary}--${lineEnd}`),
        },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom('', '\r\n', '\n', '\r'), contents(boundary))
            .map(([lineEnd, text]) => `--${boundary}--${lineEnd}${text}`),
        },
        { weight: 1, arbitrary: fc.constant('') },
      ),
    )
    .map(([preamble, parts, end]) => preamble + parts.join('') + end)
}

/** Something done to a text at a place. */
export type Mutation = (text: string) => string

/**
 * Takes out, doubles or changes something at one place, or cuts the rest off; `pieces` are what a text of its kind is
 * made of.
 */
export function mutations(pieces: readonly string[], maxLength = 3): fc.Arbitrary<Mutation[]> {
  const mutation = fc
    .record({
      // Evenly over the text: a double would nearly always be close to 0.
      where: fc.nat({ max: 1000 }).map((place) => place / 1000),
      size: fc.integer({ min: 0, max: 6 }),
      text: fc.constantFrom('', ...pieces),
      how: fc.constantFrom('replace', 'replace', 'cut', 'double', 'flip'),
      bit: fc.nat({ max: 7 }),
    })
    .map(({ where, size, text, how, bit }) => {
      const change: Mutation = (original) => {
        const place = Math.floor(where * original.length)
        const [before, after] = [original.slice(0, place), original.slice(place)]
        if (how === 'cut') return before
        if (how === 'double') return before + after.slice(0, size * 8) + after
        if (how === 'flip' && after !== '') {
          return before + String.fromCharCode(after.charCodeAt(0) ^ (1 << bit)) + after.slice(1)
        }
        return before + text + after.slice(size)
      }
      // Else a finding would show the source text of this function.
      return Object.assign(change, { [fc.toStringMethod]: () => `${how} ${JSON.stringify(text)} at ${where}` })
    })
  return fc.array(mutation, { maxLength })
}

export function mutated(original: string, changes: readonly Mutation[]): string {
  return changes.reduce((text, change) => change(text), original)
}

export const multipartCases: fc.Arbitrary<MultipartCase> = boundaries.chain((boundary) => {
  const pieces = [
    '\r',
    '\n',
    '\r\n',
    '-',
    '--',
    '\0',
    '"',
    ';',
    ':',
    ' ',
    '\xff',
    `\r\n--${boundary}`,
    `\n--${boundary}`,
    `\r--${boundary}`,
    `--${boundary}--`,
  ]
  return fc.record({
    boundary: fc.constant(boundary),
    body: fc.oneof(
      {
        weight: 9,
        arbitrary: fc
          .tuple(multipartBodies(boundary), fc.oneof(fc.constant([]), mutations(pieces)))
          .map(([body, changes]) => mutated(body, changes)),
      },
      {
        weight: 1,
        arbitrary: fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('latin1')),
      },
    ),
    cuts: fc.array(fc.nat({ max: 400 }), { maxLength: 30 }),
  })
})
