import { describe, expect } from 'vitest'
import { s3KillRun } from './kill-run.ts'
import { hasOwnCeph, s3Test } from './s3-test.ts'

// `npm run kill` is the long one.
describe.runIf(hasOwnCeph)('while clients send files and forms to two servers of one bucket', () => {
  s3Test.for([
    ['both servers are killed', 'server', 10],
    ['the gateway is killed and comes back', 'gateway', 3],
  ] as const)(
    '%s: nothing acknowledged is lost, no form is there in part, and a sweep leaves nothing else',
    { timeout: 600_000 },
    async ([, victim, times], { engine }) => {
      const seed = Date.now() % 2 ** 32
      const { kills, acknowledged, cut, faults } = await s3KillRun(engine, { victim, times, seed })
      expect(faults, `seed ${seed}`).toEqual([])
      expect(kills).toBe(times)
      // The kills did meet something. Servers may outlast the time without a gateway, by repeating their requests.
      expect(acknowledged).toBeGreaterThan(0)
      if (victim === 'server') expect(cut).toBeGreaterThan(0)
    },
  )
})
