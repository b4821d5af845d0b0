import { describe, expect, test } from 'vitest'
import { ProgressMeter } from './progress-meter.ts'

const TOTAL = 100_000_000

/** The readings of the meter while bytes leave at a steady rate, by the time in milliseconds. */
function follow({ rate, everyMs, burst = 0 }: { rate: number; everyMs: number; burst?: number }) {
  const meter = new ProgressMeter()
  const told: { now: number; off: number }[] = []
  const duration = ((TOTAL - burst) / rate) * 1000
  const step = Math.min(everyMs, 250)
  for (let now = 0; now < duration; now += step) {
    // The last report, as long ago as the lumps are apart.
    const reportedAt = Math.floor(now / everyMs) * everyMs
    const loaded = burst + (rate * reportedAt) / 1000
    meter.report(loaded, now)
    const { remainingMs } = meter.read(loaded, TOTAL, now)
    const truth = duration - now
    // Near the end, the lump that is on its way is most of what is left.
    if (now >= 5000 && now >= 2 * everyMs && truth > 2 * everyMs)
      told.push({ now, off: (remainingMs ?? Infinity) / truth })
  }
  return told
}

describe('at a steady rate, after five seconds,', () => {
  test.each([
    { rate: 1_000_000, everyMs: 50 },
    { rate: 1_000_000, everyMs: 50, burst: 4_000_000 },
    { rate: 200_000, everyMs: 1000, burst: 90_000_000 },
    { rate: 500_000, everyMs: 700 },
    { rate: 500_000, everyMs: 2500, burst: 3_000_000 },
    { rate: 300_000, everyMs: 10_000 },
  ])('the time left is never more than twice off: %j', (steady) => {
    const told = follow(steady)
    expect(told.length).toBeGreaterThan(20)
    expect(told.filter(({ off }) => off < 0.5 || off > 2)).toEqual([])
  })
})

test('a change of speed counts fully after five seconds', () => {
  const meter = new ProgressMeter()
  let loaded = 0
  for (let now = 0; now <= 20_000; now += 100) meter.report((loaded += 1000), now)
  for (let now = 20_100; now <= 25_000; now += 100) meter.report((loaded += 100), now)
  expect(meter.read(loaded, TOTAL, 25_000).bytesPerSecond).toBeCloseTo(1000)
})

test('a silence makes the speed fall and the time left grow', () => {
  const meter = new ProgressMeter()
  for (let now = 0; now <= 10_000; now += 100) meter.report(now * 100, now)
  const [soon, later] = [20_000, 60_000].map((now) => meter.read(1_000_000, TOTAL, now))
  expect(later?.bytesPerSecond).toBeLessThan((soon?.bytesPerSecond ?? 0) / 2)
  expect(later?.remainingMs).toBeGreaterThan(soon?.remainingMs ?? Infinity)
})

test('there is no speed before a second has passed, nor for bytes that left at once', () => {
  const meter = new ProgressMeter()
  expect(meter.read(0, TOTAL, 0)).toEqual({ loaded: 0, total: TOTAL })
  meter.report(500, 0)
  meter.report(1000, 900)
  expect(meter.read(1000, TOTAL, 900)).toEqual({ loaded: 1000, total: TOTAL })
  const atOnce = new ProgressMeter()
  atOnce.report(1000, 0)
  expect(atOnce.read(1000, TOTAL, 60_000)).toEqual({ loaded: 1000, total: TOTAL })
})
