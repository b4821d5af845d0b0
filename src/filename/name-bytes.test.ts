import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutToBytes, utf8Length } from './name-bytes.ts'

/** Any code units, halves of surrogate pairs among them. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer({ min: 0xd7ff, max: 0xe000 }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom('a', 'é', 'ࠀ', '\u07ff', '\ud83d\ude00', '\ud83d', '\ude00'),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''))

describe('bytes of a name', () => {
  test('are counted as they are written', () => {
    fc.assert(
      fc.property(anyText, (text) => utf8Length(text) === Buffer.byteLength(text)),
      { numRuns: 2000 },
    )
  })

  test('are never more than the limit after a cut, and none is cut without need', () => {
    fc.assert(
      fc.property(anyText, fc.nat(40), (text, limit) => {
        const cut = cutToBytes(text, limit)
        expect(utf8Length(cut)).toBeLessThanOrEqual(limit)
        expect(text.startsWith(cut)).toBe(true)
        expect(cut === text).toBe(utf8Length(text) <= limit)
      }),
      { numRuns: 2000 },
    )
  })
})
