import { expect, test } from 'vitest'
import { killRun } from './kill-run.ts'

// `npm run kill` is the long one.
test.each([
  ['a server that is killed', 1, 8],
  ['two servers of one folder that are killed', 2, 6],
])(
  'of %s in mid-upload nothing that was acknowledged is lost, and nothing half is visible',
  async (_, servers, times) => {
    const seed = Date.now() % 2 ** 32
    const { kills, acknowledgedFiles, cutRequests, faults } = await killRun({ times, servers, seed })

    expect(faults, `seed ${seed}`).toEqual([])
    expect(kills).toBe(times)
    // The kills did meet something.
    expect(acknowledgedFiles).toBeGreaterThan(0)
    expect(cutRequests).toBeGreaterThan(0)
  },
)
