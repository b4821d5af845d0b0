import { expect, test } from 'vitest'
import { killRun } from './kill-run.ts'

// `npm run kill` is the long one.
test('a server that is killed in mid-upload has lost nothing that it acknowledged and shows nothing half', async () => {
  const seed = Date.now() % 2 ** 32
  const { kills, acknowledgedFiles, cutRequests, faults } = await killRun({ times: 12, seed })

  expect(faults, `seed ${seed}`).toEqual([])
  expect(kills).toBe(12)
  // The kills did meet something.
  expect(acknowledgedFiles).toBeGreaterThan(0)
  expect(cutRequests).toBeGreaterThan(0)
})
