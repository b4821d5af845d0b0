import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { IdleWatch } from './idle-watch.ts'

// With a real clock, these tests would take minutes.
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

test('silence for the idle time-out rings once, and tells the time', () => {
  const { rings } = watch(1000)
  vi.advanceTimersByTime(999)
  expect(rings).toEqual([])
  vi.advanceTimersByTime(1)
  expect(rings).toMatchObject([{ code: 'request-timeout', details: { idleTimeoutMs: 1000 } }])
  vi.advanceTimersByTime(10_000)
  expect(rings).toHaveLength(1)
})

test('every byte starts the time again', () => {
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

test('the time stands still while the server makes the client wait', () => {
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

test('a stopped watch never rings, and keeps no timer', () => {
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

test('a time that is too long for a timer does not ring at once', () => {
  const days = 40 * 24 * 60 * 60 * 1000
  const { rings } = watch(days)
  vi.advanceTimersByTime(days - 1)
  expect(rings).toEqual([])
  vi.advanceTimersByTime(1)
  expect(rings).toHaveLength(1)
})

describe('a least rate', () => {
  /** Rings of a watch at 240 bytes a second, whose client sends `size` bytes every so often for five minutes. */
  function drip(size: number, everyMs: number, use: (watching: IdleWatch) => void = () => {}): unknown[] {
    const rings: unknown[] = []
    const watching = new IdleWatch(60_000, (error) => rings.push(error), 240)
    for (let time = 0; time < 300_000; time += everyMs) {
      vi.advanceTimersByTime(everyMs)
      if (rings.length > 0) break
      watching.touch(size)
      use(watching)
    }
    watching.stop()
    return rings
  }

  test('ends a client that sends a byte now and then', () => {
    expect(drip(1, 1000)).toMatchObject([{ code: 'request-timeout', details: { idleTimeoutMs: 60_000 } }])
    expect(drip(239, 1000)).toHaveLength(1)
  })

  test('lets a slow client go on, and one that comes in bursts', () => {
    expect(drip(250, 1000)).toEqual([])
    expect(drip(20_000, 50_000)).toEqual([])
  })

  test('counts anew in each minute, even after many bytes', () => {
    const rings: unknown[] = []
    const watching = new IdleWatch(60_000, (error) => rings.push(error), 240)
    watching.touch(1_000_000_000)
    for (let time = 0; time < 119; time += 1) {
      vi.advanceTimersByTime(1000)
      watching.touch(1)
    }
    expect(rings).toEqual([])
    vi.advanceTimersByTime(1000)
    expect(rings).toHaveLength(1)
  })

  test('does not count the time in which the server makes the client wait, and still ends a slow client', () => {
    const wait = (ms: number) => (watching: IdleWatch) => {
      watching.suspend()
      vi.advanceTimersByTime(ms)
      watching.resume()
    }
    expect(drip(250, 1000, wait(10_000))).toEqual([])
    expect(drip(1, 1000, wait(10))).toHaveLength(1)
  })

  test('leaves a longer idle time-out as it is', () => {
    const rings: unknown[] = []
    const watching = new IdleWatch(600_000, (error) => rings.push(error), 240)
    vi.advanceTimersByTime(599_999)
    expect(rings).toEqual([])
    watching.touch(240 * 600)
    vi.advanceTimersByTime(599_999)
    expect(rings).toEqual([])
    vi.advanceTimersByTime(1)
    expect(rings).toHaveLength(1)
  })

  test('sets no timer if there is no idle time-out', () => {
    const rings: unknown[] = []
    const watching = new IdleWatch(Infinity, (error) => rings.push(error), 240)
    watching.touch(1)
    vi.advanceTimersByTime(600_000)
    expect(rings).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})
