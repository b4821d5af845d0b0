import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DelimiterSearch } from './delimiter-search.ts'

const BOUNDARIES = [
  '-',
  'a',
  'ab',
  'abc',
  'abcd',
  '*****',
  'AaB03x',
  ' b c',
  '----WebKitFormBoundary7MA4YWxkTrZu0gW3',
  'ab'.repeat(35),
  'a'.repeat(70),
  '-'.repeat(70),
  `${'-'.repeat(69)}x`,
  `x${'-'.repeat(69)}`,
  '-'.repeat(256),
  `${'a'.repeat(255)}b`,
  'abcdefg-'.repeat(32),
] as const

/** Bytes that are hard to tell from a delimiter, over and over, with whole ones in it or not. */
const bodies = (boundary: string): fc.Arbitrary<Buffer> => {
  const delimiter = `\n--${boundary}-`
  const piece = fc.oneof(
    fc.constantFrom('\r', '\n', '\r\n', '-', '\r\n--', '\r--', delimiter),
    fc
      .tuple(fc.constantFrom('\r', '\n', '\r\n', 'x'), fc.constantFrom('\r', '\n', '-', ' ', '\t', 'x', '\0', boundary))
      .map(([before, behind]) => `${before}--${boundary}${behind}`),
    fc.nat({ max: delimiter.length }).map((size) => delimiter.slice(0, size)),
    fc.nat({ max: delimiter.length }).map((from) => delimiter.slice(from)),
    fc.nat({ max: delimiter.length }).map((place) => `${delimiter.slice(0, place)}#${delimiter.slice(place + 1)}`),
    fc.integer({ min: 1, max: 200 }).map((size) => boundary.slice(0, 1).repeat(size)),
    fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  )
  const flood = fc
    .tuple(fc.array(piece, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 5000 }))
    .map(([pieces, size]) => pieces.join('').padEnd(1, '#').repeat(size).slice(0, size))
  return fc.array(fc.oneof(piece, flood), { maxLength: 5 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1'))
}

function linePattern(boundary: string): RegExp {
  return new RegExp(`[\r\n]--${boundary.replaceAll(/[^\w\s]/g, String.raw`\$&`)}[\r\n \t-]`)
}

const cases = fc
  .constantFrom(...BOUNDARIES)
  .chain((boundary) => fc.record({ boundary: fc.constant(boundary), body: bodies(boundary), start: fc.nat() }))

test('finds what a pattern finds, whatever the bytes', () => {
  fc.assert(
    fc.property(cases, ({ boundary, body, start }) => {
      const from = start % (body.length + 1)
      const found = body.toString('latin1').slice(from).search(linePattern(boundary))
      const search = new DelimiterSearch(Buffer.from(`--${boundary}`))
      expect(search.find(body, from)).toBe(found === -1 ? -1 : from + found)
    }),
    { numRuns: 2000 },
  )
})

test('finds its own delimiter while others are looked for', () => {
  const searches = BOUNDARIES.map((boundary) => new DelimiterSearch(Buffer.from(`--${boundary}`)))
  const filler = '0123456789'.repeat(500)
  const body = Buffer.from(BOUNDARIES.map((boundary) => `${filler}\r\n--${boundary}\r\n`).join(''))
  for (let round = 0; round < 2; round += 1) {
    const found = searches.map((search) => search.find(body, 0))
    expect(found).toEqual(BOUNDARIES.map((boundary) => body.indexOf(`\n--${boundary}\r\n`)))
  }
})
