import { expect, test } from 'vitest'
import { toJsonResult } from './json-result.ts'

test.each([
  ['a bigint', 1n, '1'],
  ['a function', () => 1, 'a function'],
  ['a circle', circle(), 'an object'],
])('a result that JSON cannot hold (%s) is left out, and told', (_, result, told) => {
  const errors: TypeError[] = []
  expect(toJsonResult('received', result, (error) => errors.push(error))).toBeUndefined()
  expect(errors.map(({ message }) => message)).toEqual([
    `JSON cannot hold the result of "received" (${told}), so no answer has it.`,
  ])
})

test.each([[undefined], [null], [0], [{ a: [1] }]])('a result that JSON can hold stays as it is: %j', (result) => {
  const told = (): void => expect.unreachable()
  expect(toJsonResult('received', result, told)).toBe(result)
})

function circle(): object {
  const result: { self?: object } = {}
  result.self = result
  return result
}
