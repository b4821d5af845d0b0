import { afterEach, expect, test, vi } from 'vitest'
import { TurnLength } from './turn-length.ts'

afterEach(() => void vi.useRealTimers())

test('a long turn lets other work run, and a turn that has just begun does not', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const turn = new TurnLength()
  let others = 0
  setImmediate(() => (others += 1))
  await turn.endIfLong()
  expect(others).toBe(0)
  vi.advanceTimersByTime(100)
  await turn.endIfLong()
  expect(others).toBe(1)
  setImmediate(() => (others += 1))
  await turn.endIfLong()
  expect(others).toBe(1)
})
