import { expect, test } from 'vitest'
import { MemoryBudget } from './memory-budget.ts'

test('the holders of a budget together get exactly as many bytes as the limit', () => {
  const budget = new MemoryBudget()
  const [one, two] = [budget.open(100), budget.open(100)]
  expect(one.take(60)).toBe(true)
  expect(two.take(41)).toBe(false)
  expect(two.take(40)).toBe(true)
  expect(one.take(1)).toBe(false)
  expect(budget.used).toBe(100)
  two.giveBack(10)
  expect(one.take(10)).toBe(true)
  expect(budget.used).toBe(100)
})

test('a refusal takes no bytes, and a holder that asks for 0 bytes is never refused', () => {
  const budget = new MemoryBudget()
  const large = budget.open(Infinity)
  const small = budget.open(10)
  expect(small.take(10)).toBe(true)
  expect(large.take(1000)).toBe(true)
  expect(small.take(1)).toBe(false)
  expect(small.take(0)).toBe(true)
  expect(budget.used).toBe(1010)
})

test('a holder never gives back more than it has, however often it is closed', () => {
  const budget = new MemoryBudget()
  const [one, two] = [budget.open(100), budget.open(100)]
  one.take(30)
  two.take(30)
  one.giveBack(50)
  expect(budget.used).toBe(30)
  one.close()
  two.close()
  two.close()
  expect(budget.used).toBe(0)
})
