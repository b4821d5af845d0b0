import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { selectRange } from './ranges.ts'

describe('of a file of ten bytes', () => {
  test.each([
    ['bytes=0-3', { start: 0, end: 4 }],
    ['bytes=2-', { start: 2, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=0-0', { start: 0, end: 1 }],
    ['bytes=9-9', { start: 9, end: 10 }],
    ['bytes=0-100', { start: 0, end: 10 }],
    ['bytes=0-99999999999999999999999', { start: 0, end: 10 }],
    ['bytes=-10', { start: 0, end: 10 }],
    ['bytes=-100', { start: 0, end: 10 }],
    ['BYTES=0-3', { start: 0, end: 4 }],
    ['bytes=,0-3 ,', { start: 0, end: 4 }],
  ])('%s is a part', (header, span) => {
    expect(selectRange(header, 10)).toEqual(span)
  })

  test.each(['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=99999999999999999999999-', 'bytes=10-,-0'])(
    '%s lies outside',
    (header) => {
      expect(selectRange(header, 10)).toBe('unsatisfiable')
    },
  )

  test.each([
    '',
    'bytes',
    'bytes=',
    'bytes=,',
    'bytes=-',
    'bytes=3-2',
    'bytes=20-10',
    'bytes=a-b',
    'bytes=0x1-5',
    'bytes=1.5-3',
    'bytes=+1-3',
    'bytes=1-3-5',
    'bytes=0 - 3',
    'bytes = 0-3',
    'bytes:0-3',
    'bytes=0-3;4-5',
    'bytes=0-3,x',
    'bytes=x,0-3',
    'items=0-3',
    '=0-3',
    '0-3',
  ])('%j is ignored', (header) => {
    expect(selectRange(header, 10)).toBeUndefined()
  })

  test.each([
    ['bytes=0-3,4-5', { start: 0, end: 6 }],
    ['bytes=4-5,0-3', { start: 0, end: 6 }],
    ['bytes=0-8,2-3', { start: 0, end: 9 }],
    ['bytes=0-0,0-5,0-2', { start: 0, end: 6 }],
    ['bytes=5-,-6', { start: 4, end: 10 }],
    ['bytes=0-3,20-30', { start: 0, end: 4 }],
    ['bytes=0-3,-0', { start: 0, end: 4 }],
  ])('%s is one part', (header, span) => {
    expect(selectRange(header, 10)).toEqual(span)
  })

  test.each(['bytes=0-0,2-3', 'bytes=8-9,0-1', 'bytes=0-0,-1'])('%s is more than one part, and ignored', (header) => {
    expect(selectRange(header, 10)).toBeUndefined()
  })
})

test('an empty file is sent whole for every range', () => {
  for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-5', 'bytes=-0', 'bytes=7-']) {
    expect(selectRange(header, 0)).toBeUndefined()
  }
})

test('no header, even if it is long or malformed, yields a part that is empty or lies outside the file', () => {
  const spec = fc.oneof(
    fc.tuple(fc.nat(60), fc.nat(60)).map(([first, last]) => `${first}-${last}`),
    fc.nat(60).map((first) => `${first}-`),
    fc.nat(60).map((length) => `-${length}`),
    fc.string({ maxLength: 4 }),
  )
  fc.assert(
    fc.property(fc.array(spec, { maxLength: 50 }), fc.nat(50), (specs, size) => {
      const span = selectRange(`bytes=${specs.join(',')}`, size)
      if (typeof span !== 'object') return
      expect(span.start).toBeGreaterThanOrEqual(0)
      expect(span.start).toBeLessThan(span.end)
      expect(span.end).toBeLessThanOrEqual(size)
    }),
  )
})
