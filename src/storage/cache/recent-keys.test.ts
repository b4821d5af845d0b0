import { expect, test } from 'vitest'
import { RecentKeys } from './recent-keys.ts'

test('noting a key again tells when it was noted the last time', () => {
  const keys = new RecentKeys(10)
  expect(keys.note('a', 1)).toBe(-Infinity)
  expect(keys.note('b', 2)).toBe(-Infinity)
  expect(keys.note('a', 3)).toBe(1)
  expect(keys.note('a', 4)).toBe(3)
})

test('if more keys were noted than the limit, the last ones are remembered', () => {
  const keys = new RecentKeys(2)
  for (const [time, key] of ['a', 'b', 'a', 'c'].entries()) keys.note(key, time)
  expect(keys.note('a', 4)).toBe(2)
  expect(keys.note('b', 5)).toBe(-Infinity)
})
