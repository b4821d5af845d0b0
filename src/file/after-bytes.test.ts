import { expect, test } from 'vitest'
import { afterBytes } from './after-bytes.ts'

test('after a partial write, exactly the bytes that were not written are left, wherever it stopped', () => {
  const chunks = ['a', 'bcd', '', 'ef', 'ghij'].map((text) => Buffer.from(text))
  const whole = Buffer.concat(chunks).toString()
  for (let count = 0; count <= whole.length; count++) {
    const rest = afterBytes(chunks, count)
    expect(Buffer.concat(rest).toString()).toBe(whole.slice(count))
  }
  expect(afterBytes(chunks, whole.length)).toEqual([])
})
