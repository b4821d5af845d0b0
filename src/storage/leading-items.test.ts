import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LeadingItems } from './leading-items.ts'

const compare = (one: number, other: number): number => one - other

test('the leading items are the first of all items when sorted, in whichever order they are added', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 900, maxLength: 5000 }),
      fc.integer({ min: 1, max: 1200 }),
      (items, count) => {
        const leading = new LeadingItems<number>(count, compare)
        for (const item of items) leading.add(item)
        expect(leading.items()).toEqual(items.toSorted(compare).slice(0, count))
      },
    ),
    { numRuns: 50 },
  )
})

test('the leading items are all items if fewer were added than are wanted', () => {
  const leading = new LeadingItems<number>(3, compare)
  expect(leading.items()).toEqual([])
  for (const item of [2, 1]) leading.add(item)
  expect(leading.items()).toEqual([1, 2])
})
