import { expect, test } from 'vitest'
import { steepest } from './growth.ts'

const curve = (power: number) =>
  [1, 10, 100, 1000, 10_000].map((amount) => ({ amount, seconds: { time: 5 * amount ** power }, peakBytes: 1 }))

test('how steep a curve gets is the power of what grows', () => {
  expect(steepest(curve(0), 'time')).toBeCloseTo(0)
  expect(steepest(curve(1), 'time')).toBeCloseTo(1)
  expect(steepest(curve(2), 'time')).toBeCloseTo(2)
})

test('a curve that is flat at first and steep at last counts as steep', () => {
  const bent = [...curve(0), { amount: 1_000_000, seconds: { time: 5 * 100 ** 2 }, peakBytes: 1 }]
  expect(steepest(bent, 'time')).toBeCloseTo(2)
})
