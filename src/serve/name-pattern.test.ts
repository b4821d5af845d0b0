import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesPattern } from './name-pattern.ts'

test.each([
  ['*.log', 'a.log'],
  ['*.log', '.log'],
  ['*.key', 'A.KEY'],
  ['*', ''],
  ['*', 'anything'],
  ['a?c', 'abc'],
  ['?', '😀'],
  ['a*b*c', 'a-b-b-c'],
  ['**x', 'x'],
  ['a.b', 'a.b'],
  ['[a]', '[a]'],
  ['', ''],
])('%j matches %j', (pattern, name) => {
  expect(matchesPattern(name, pattern)).toBe(true)
})

test.each([
  ['*.log', 'a.log.txt'],
  ['*.log', 'alog'],
  ['a?c', 'ac'],
  ['a?c', 'abbc'],
  ['a.b', 'axb'],
  ['[a]', 'a'],
  ['a*', 'ba'],
  ['', 'a'],
  ['?', ''],
])('%j does not match %j', (pattern, name) => {
  expect(matchesPattern(name, pattern)).toBe(false)
})

test('every pattern agrees with its regular expression', () => {
  const letters = fc.constantFrom('a', 'b', '*', '?')
  fc.assert(
    fc.property(
      fc.string({ unit: letters, maxLength: 8 }),
      fc.string({ unit: letters, maxLength: 12 }),
      (pattern, name) => {
        const source = pattern.replaceAll('*', '.*').replaceAll('?', '.')
        expect(matchesPattern(name, pattern)).toBe(new RegExp(`^(?:${source})$`).test(name))
      },
    ),
  )
})
