import { expect, test } from 'vitest'
import { soak } from './soak.ts'
import { median } from './trend.ts'

// `npm run soak` is the long one, which judges the growth of memory too.
test.runIf(process.platform === 'linux')(
  'good clients get what is theirs among hostile ones, and nothing is left when all are gone',
  async () => {
    const seed = Date.now() % 2 ** 32
    const { samples, counts, faults } = await soak({ durationMs: 20_000, seed, sampleMs: 500 })

    expect(faults, `seed ${seed}`).toEqual([])
    // Every sort of traffic was there.
    expect(Object.keys(counts)).toEqual(expect.arrayContaining(['form', 'download', 'abort', 'malformed request']))
    const half = samples.length / 2
    const early = median(samples.slice(0, half).map(({ rss }) => rss))
    const late = median(samples.slice(half).map(({ rss }) => rss))
    expect(late / early, `seed ${seed}`).toBeLessThan(1.5)
  },
)
