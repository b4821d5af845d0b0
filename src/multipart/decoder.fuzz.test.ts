import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MultipartDecoder } from './decoder.ts'
import { at, outcomeOf, whole } from './testing/outcome.ts'
import { referenceOutcome } from './testing/reference-decoder.ts'

/** Text with a byte for every character. */
function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

/** Short ones that look like what surrounds them, so that near misses are frequent. */
const boundaries = fc.constantFrom('-', '--', 'X', 'XX', '-X', 'X-X', "a b'", '----WebKitFormBoundary0123456789abcdef')

/** Pieces of a delimiter, line ends and other bytes, in any order. */
function content(boundary: string): fc.Arbitrary<string> {
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
      `--${boundary.slice(1)}`,
    ),
    fc.string({ unit: 'binary-ascii', maxLength: 6 }),
    fc.uint8Array({ maxLength: 4 }).map((array) => Buffer.from(array).toString('latin1')),
  )
  return fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
}

const dispositions = fc.constantFrom(
  'Content-Disposition: form-data; name="a"',
  'content-disposition:form-data;name=a',
  'Content-Disposition: form-data; name="f"; filename="x;\\"%22.txt"',
  'Content-Disposition: form-data;\r\n name="f";\r\n\tfilename*=utf-8\'\'%e2%82%ac',
  'Content-Disposition: form-data; name="\xe9"',
  'Content-Disposition: form-data; name="\xc3\xa9"',
  'Content-Disposition: attachment; name="a"',
  'Content-Disposition: form-data',
)
const otherHeaders = fc.constantFrom(
  '',
  'Content-Type: text/plain; charset=utf-8\r\n',
  'X-Folded: a\r\n  b\r\n',
  'no colon\r\n',
)

/** A body that is almost, and often wholly, well formed. */
function bodies(boundary: string): fc.Arbitrary<string> {
  const part = fc
    .tuple(
      fc.oneof(
        { weight: 8, arbitrary: fc.constant('') },
        { weight: 1, arbitrary: fc.constantFrom(' ', '\t ', 'x', '-', '\n', '\r') },
      ),
      fc.oneof({ weight: 8, arbitrary: fc.constant('') }, { weight: 2, arbitrary: otherHeaders }),
      dispositions,
      content(boundary),
    )
    .map(
      ([padding, other, disposition, data]) => `--${boundary}${padding}\r\n${other}${disposition}\r\n\r\n${data}\r\n`,
    )
  return fc
    .tuple(
      fc.oneof(
        { weight: 4, arbitrary: fc.constant('') },
        { weight: 1, arbitrary: content(boundary).map((text) => `${text}\r\n`) },
      ),
      fc.array(part, { maxLength: 4 }),
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(`--${boundary}--\r\n`, `--${boundary}--`) },
        { weight: 2, arbitrary: content(boundary).map((text) => `--${boundary}--${text}`) },
        { weight: 1, arbitrary: fc.constant('') },
      ),
    )
    .map(([preamble, parts, end]) => preamble + parts.join('') + end)
}

type Mutation = (body: string) => string

/** Takes out, doubles or changes something at one place, or cuts the rest off. */
function mutations(boundary: string): fc.Arbitrary<Mutation[]> {
  const mutation = fc
    .tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 0, max: 6 }),
      fc.constantFrom(
        '',
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
        `--${boundary}--`,
      ),
      fc.boolean(),
    )
    .map(([where, size, text, toEnd]): Mutation => {
      return (body) => {
        const place = Math.floor(where * body.length)
        return body.slice(0, place) + text + (toEnd && text === '' ? '' : body.slice(place + size))
      }
    })
  return fc.array(mutation, { maxLength: 3 })
}

const cases = boundaries.chain((boundary) =>
  fc.record({
    boundary: fc.constant(boundary),
    body: fc
      .tuple(bodies(boundary), mutations(boundary))
      .map(([body, changes]) => changes.reduce((changed, change) => change(changed), body)),
    cuts: fc.array(fc.nat({ max: 400 }), { maxLength: 30 }),
  }),
)

test('tells the same as a plain reference that reads the whole body, however the body is made, broken and cut', () => {
  let accepted = 0
  let refused = 0
  fc.assert(
    fc.property(cases, ({ boundary, body, cuts }) => {
      const expected = referenceOutcome(bytes(body), boundary)
      if (expected.refusal === undefined) accepted += 1
      else refused += 1
      expect(outcomeOf(bytes(body), boundary, whole)).toEqual(expected)
      expect(outcomeOf(bytes(body), boundary, at(...cuts))).toEqual(expected)
    }),
    { numRuns: 3000 },
  )
  // The bodies are of use only while both kinds are among them.
  expect(accepted).toBeGreaterThan(300)
  expect(refused).toBeGreaterThan(300)
})

test('bytes without any form are refused, whatever they are, with a refusal and nothing else', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      boundaries,
      fc.array(fc.nat({ max: 200 })),
      (body, boundary, cuts) => {
        expect(outcomeOf(body, boundary, at(...cuts))).toEqual(referenceOutcome(body, boundary))
      },
    ),
  )
})

test('no limit is met earlier or later for how a body is cut', () => {
  const limits = fc.record({
    maxParts: fc.nat({ max: 3 }),
    maxPartHeaderSize: fc.integer({ min: 30, max: 90 }),
    maxPartHeaders: fc.nat({ max: 2 }),
    maxNameSize: fc.nat({ max: 10 }),
    maxPaddingSize: fc.nat({ max: 8 }),
  })
  const codes = new Set<string | undefined>()
  fc.assert(
    fc.property(cases, limits, ({ boundary, body, cuts }, limit) => {
      const expected = outcomeOf(bytes(body), boundary, whole, limit)
      codes.add(expected.refusal?.code)
      expect(outcomeOf(bytes(body), boundary, at(...cuts), limit)).toEqual(expected)
    }),
    { numRuns: 2000 },
  )
  expect([...codes]).toEqual(
    expect.arrayContaining([
      'too-many-parts',
      'part-header-too-large',
      'too-many-part-headers',
      'name-too-long',
      'padding-too-large',
    ]),
  )
})

test('the work is linear: no byte is looked at twice in a row of beginnings of a delimiter', () => {
  // Counts what is read, since time would depend on the machine.
  const boundary = '-'.repeat(70)
  const count = (text: string): number => {
    let reads = 0
    const target = bytes(text)
    const chunk = new Proxy(target, {
      get(array, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1
        const value: unknown = Reflect.get(array, key, array)
        return typeof value === 'function' ? value.bind(array) : value
      },
    })
    const decoder = new MultipartDecoder(boundary, {
      begin: () => undefined,
      bytes: () => undefined,
      end: () => undefined,
    })
    decoder.write(bytes(`--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\nx`))
    decoder.write(chunk)
    return reads / text.length
  }
  expect(count('-'.repeat(20_000))).toBeLessThan(3)
  expect(count(`\r\n${'-'.repeat(71)}`.repeat(300))).toBeLessThan(3)
  expect(count('\r\n--'.repeat(5000))).toBeLessThan(3)
  expect(count('\r'.repeat(20_000))).toBeLessThan(3)
})
