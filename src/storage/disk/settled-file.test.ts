import { expect, test } from 'vitest'
import { isSettled } from './settled-file.ts'

const SECOND = 1_700_000_000_000

test.each([
  ['100 ms ago, which is a tick of the clock', 123, 100, false],
  ['101 ms ago', 123, 101, true],
  ['in the future, as clocks have been put back', 123, -5000, false],
  ['two seconds ago, where the file system knows whole seconds alone', 0, 2000, false],
  ['longer ago than that', 0, 2001, true],
])('a file that was changed %s', (_, afterSecondMs, agoMs, expected) => {
  const changed = SECOND + afterSecondMs
  expect(isSettled({ ctimeNs: BigInt(changed) * 1_000_000n }, changed + agoMs)).toBe(expected)
})
