import { expect, test } from 'vitest'
import { parseContentLength } from './content-length.ts'

test.each([
  ['0', 0],
  ['42', 42],
  ['007', 7],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
])('%j is a length', (value, length) => {
  expect(parseContentLength(value)).toBe(length)
})

test.each(['', '-1', '+1', '1.5', '1e3', '0x10', ' 1', '1 ', '5, 5', 'NaN', 'Infinity', '9007199254740992', '٣'])(
  '%j is not a valid length',
  (value) => {
    expect(parseContentLength(value)).toBeUndefined()
  },
)
