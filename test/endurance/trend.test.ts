import { expect, test } from 'vitest'
import { SeededRandom } from './seeded-random.ts'
import { median, trend } from './trend.ts'
import type { Point } from './trend.ts'

function points(count: number, value: (time: number) => number): Point[] {
  return Array.from({ length: count }, (_, time) => ({ time, value: value(time) }))
}

test('a line has its slope', () => {
  expect(trend(points(10, (time) => 5 + 3 * time))).toBeCloseTo(3)
  expect(trend(points(10, () => 7))).toBe(0)
})

test('neither noise nor peaks hide a slope, nor make one', () => {
  const random = new SeededRandom(1)
  const noise = (): number => random.integer(-10, 10) + (random.chance(0.1) ? 500 : 0)
  expect(trend(points(500, () => noise()))).toBeCloseTo(0, 1)
  expect(trend(points(500, (time) => time + noise()))).toBeCloseTo(1, 1)
})

test('too few points have none', () => {
  expect(trend([])).toBe(0)
  expect(trend(points(1, () => 9))).toBe(0)
})

test('the median is the middle one, or lies between the middle two', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(median([10, 9])).toBe(9.5)
  expect(median([])).toBe(0)
})
