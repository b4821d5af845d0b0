import { expect, test } from 'vitest'
import { tellProgress } from './tell-progress.ts'

test.each([
  [{ loaded: 0, total: 0 }, '0 %'],
  [{ loaded: 999, total: 1000 }, '99 %'],
  [{ loaded: 37, total: 100, bytesPerSecond: 1_234_567, remainingMs: 11_100 }, '37 %, 1.14 MiB/s, 12 s left'],
  [{ loaded: 37, total: 100, bytesPerSecond: 100, remainingMs: 60_001 }, '37 %, 100 bytes/s, 2 min left'],
  [{ loaded: 37, total: 100, bytesPerSecond: 100, remainingMs: 9_000_000 }, '37 %, 100 bytes/s, 2.5 h left'],
])('%j is told as %j', (progress, sentence) => {
  expect(tellProgress(progress)).toBe(sentence)
})
