import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { hasErrorName } from './error-name.ts'

test('an error is known by its name, also one that was made in another context', () => {
  const others: unknown = runInNewContext('new TypeError("no")')
  expect(others).not.toBeInstanceOf(TypeError)
  expect([new TypeError('no'), others].map((error) => hasErrorName(error, 'TypeError'))).toEqual([true, true])
})

test.each([[new RangeError('no')], ['TypeError'], [{ name: 'TypeError' }], [null], [undefined]])(
  '%o is not such an error',
  (value) => {
    expect(hasErrorName(value, 'TypeError')).toBe(false)
  },
)
