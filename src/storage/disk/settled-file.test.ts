import { expect, test } from 'vitest'
import { isSettled } from './settled-file.ts'

const SECOND = 1_700_000_000_000

test.each([
  ['one tick of the clock ago', 123, 100, false],
  ['longer ago than a tick of the clock', 123, 101, true],
  ['in the future, because the clock was set back', 123, -5000, false],
  ['two seconds ago, on a file system with whole seconds', 0, 2000, false],
  ['longer ago, on a file system with whole seconds', 0, 2001, true],
])('a file that was changed %s (%i ms after a full second, %i ms ago) is settled: %s', (...parameters) => {
  const [, afterSecondMs, agoMs, expected] = parameters
  const changed = SECOND + afterSecondMs
  expect(isSettled({ ctimeNs: BigInt(changed) * 1_000_000n }, changed + agoMs)).toBe(expected)
})
