import { expect, test } from 'vitest'
import { toLimit } from './limit.ts'

test('a limit that was left out has its default', () => {
  expect(toLimit('maxFiles', undefined, 100)).toBe(100)
})

test.each([0, 1, 1.5, Infinity])('%d is a limit', (value) => {
  expect(toLimit('maxFiles', value, 100)).toBe(value)
})

test.each([-1, Number.NaN, -Infinity])('%d is not a limit, and the message names the limit', (value) => {
  expect(() => toLimit('maxFiles', value, 100)).toThrow(TypeError)
  expect(() => toLimit('maxFiles', value, 100)).toThrow(/^maxFiles /)
})
