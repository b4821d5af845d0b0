import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { IdleWatch } from './idle-watch.ts'

// The clock is the one thing here that nobody wants to wait for.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function watch(idleTimeoutMs: number | undefined) {
  const rings: unknown[] = []
  return { rings, watch: new IdleWatch(idleTimeoutMs, (error) => rings.push(error)) }
}

test('silence for so long rings once, and says for how long', () => {
  const { rings } = watch(1000)
  vi.advanceTimersByTime(999)
  expect(rings).toEqual([])
  vi.advanceTimersByTime(1)
  expect(rings).toMatchObject([{ code: 'request-timeout', details: { idleTimeoutMs: 1000 } }])
  vi.advanceTimersByTime(10_000)
  expect(rings).toHaveLength(1)
})

test('every byte begins the time anew', () => {
  const { rings, watch: watching } = watch(1000)
  for (let turn = 0; turn < 10; turn += 1) {
    vi.advanceTimersByTime(900)
    watching.touch()
  }
  vi.advanceTimersByTime(999)
  expect(rings).toEqual([])
  vi.advanceTimersByTime(1)
  expect(rings).toHaveLength(1)
})

test('while it is we who make the client wait, no time goes by', () => {
  const { rings, watch: watching } = watch(1000)
  watching.suspend()
  vi.advanceTimersByTime(60_000)
  expect(rings).toEqual([])
  watching.resume()
  vi.advanceTimersByTime(999)
  expect(rings).toEqual([])
  vi.advanceTimersByTime(1001)
  expect(rings).toHaveLength(1)
})

test('stopped, it never rings, and keeps no timer', () => {
  const { rings, watch: watching } = watch(1000)
  watching.stop()
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(10_000)
  expect(rings).toEqual([])
})

test.each([undefined, Infinity])('%s waits for ever, without a timer', (idleTimeoutMs) => {
  const { watch: watching } = watch(idleTimeoutMs)
  watching.touch()
  expect(vi.getTimerCount()).toBe(0)
})

test('a time beyond what a timer can wait for does not ring at once', () => {
  const days = 40 * 24 * 60 * 60 * 1000
  const { rings } = watch(days)
  vi.advanceTimersByTime(days - 1)
  expect(rings).toEqual([])
  vi.advanceTimersByTime(1)
  expect(rings).toHaveLength(1)
})
