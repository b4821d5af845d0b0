import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import type { DecoderLimitOptions } from '../../src/multipart/decoder-limits.ts'
import type { DecoderOptions } from '../../src/multipart/decoder.ts'
import { at, outcomeOf, whole } from '../../src/multipart/testing/outcome.ts'
import { referenceOutcome } from '../../src/multipart/testing/reference-decoder.ts'
import { multipartCases } from './multipart-body.ts'
import type { MultipartCase } from './multipart-body.ts'
import { fuzzTarget } from './target.ts'
import type { Target } from './target.ts'

interface Case extends MultipartCase {
  /** Small limits, so that they are met; none for the usual ones. */
  readonly options: DecoderOptions
}

const limits: fc.Arbitrary<DecoderLimitOptions> = fc.oneof(
  fc.constant({}),
  fc.record({
    maxParts: fc.nat({ max: 3 }),
    maxPartHeaderSize: fc.integer({ min: 0, max: 120 }),
    maxPartHeaders: fc.nat({ max: 2 }),
    maxNameSize: fc.nat({ max: 10 }),
    maxPaddingSize: fc.nat({ max: 8 }),
  }),
  // One at a time, or the strictest would hide the others.
  fc.record({ maxParts: fc.nat({ max: 3 }) }),
  fc.record({ maxPartHeaderSize: fc.integer({ min: 40, max: 120 }) }),
  fc.record({ maxPaddingSize: fc.nat({ max: 8 }) }),
)

export const multipartDecoder: Target = fuzzTarget<Case>({
  name: 'multipart-decoder',
  promise: 'tells the same parts or the same refusal as a plain reference that reads the whole body, however it is cut',
  cases: fc
    .tuple(multipartCases, limits, fc.boolean())
    .map(([one, limit, decodesPercent]) => ({ ...one, options: { ...limit, decodesPercent } })),
  examples: [
    // The reference took the CR before the end of a header for one whose LF is still to come.
    {
      boundary: 'X',
      body: '\r\r\n\r\n--X\r\nConten\r\r\n\r\n--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n--X--\r\n',
      cuts: [],
      options: {},
    },
    // Each hides a part from one of two readers.
    ...['\n--X--\r\n', '\r--X--\r\n', '\r\n--X--\r\n--X--\r\n', '\r\n--X--\n--X', '\r\n--Xy\r\n--X--'].map((end) => ({
      boundary: 'X',
      body: `--X\r\nContent-Disposition: form-data; name="a"\r\n\r\nx${end}`,
      cuts: [80],
      options: {},
    })),
    ...['\xef\xbb\xbf', '\n', '\r', 'x', '--x\r\n'].map((preamble) => ({
      boundary: 'X',
      body: `${preamble}--X--\r\n`,
      cuts: [2],
      options: {},
    })),
  ],
  open: () => ({
    check({ boundary, body, cuts, options }) {
      const bytes = Buffer.from(body, 'latin1')
      const expected = referenceOutcome(bytes, boundary, options)
      deepEqual(outcomeOf(bytes, boundary, whole, options), expected)
      deepEqual(outcomeOf(bytes, boundary, at(...cuts), options), expected)
    },
  }),
})
