import { env } from 'node:process'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { s3Storage } from '../../src/s3.ts'
import { EngineConnection, UNSIGNED } from './engine-connection.ts'
import type { ProfileName } from './profile.ts'
import { SimulatedEngine } from './simulated-engine.ts'
import { simulatedProgram } from './simulated-program.ts'
import { PLACES } from './simulated-process.ts'

vi.mock('../../src/storage/s3/part-size.ts', async () => (await import('./small-parts.ts')).SMALL_PARTS)

/** The programs to run: see `simulate-command.ts`. */
const FIRST = Number(env['SEED'] ?? 1)
const COUNT = Number(env['SEEDS'] ?? 75)
/** Seeds of one test. */
const GROUP = 25

const LIMITS = { minPartSize: 64 }
const PROFILES = ['aws', 'ceph16'] as const

describe('a bucket keeps its promises over an engine that fails', () => {
  const known = new Map<ProfileName, SimulatedEngine>()

  // Programs find in the bucket what the first process has found out about the engine.
  beforeAll(async () => {
    for (const profile of PROFILES) {
      const engine = new SimulatedEngine({ profile, checksSignatures: false, limits: LIMITS })
      const client = new EngineConnection(engine).client({ signer: UNSIGNED })
      for (const prefix of PLACES) await s3Storage({ bucket: 'bucket', prefix, client }).check()
      known.set(profile, engine)
    }
  })

  const newEngine = (seed: number, rate: number): SimulatedEngine => {
    const profile = PROFILES[seed % 2] ?? 'aws'
    const first = known.get(profile)
    const options = { profile, checksSignatures: false, limits: LIMITS, seed, faults: { rate } }
    return first?.copy(options) ?? new SimulatedEngine(options)
  }

  const groups = Array.from({ length: Math.ceil(COUNT / GROUP) }, (_, index) => FIRST + index * GROUP)
  test.each(groups)('in the programs from seed %i on', { timeout: 600_000 }, async (first) => {
    const end = Math.min(first + GROUP, FIRST + COUNT)
    const failed: number[] = []
    for (let seed = first; seed < end; seed++) {
      const { engine, faults } = await simulatedProgram({ seed, newEngine })
      if (faults.length === 0) continue
      failed.push(seed)
      if (env['QUIET'] === undefined) console.log(engine.log.join('\n'))
      for (const fault of faults) console.log(`seed ${seed}: ${fault}`)
      console.log(`Again: npm run simulate -- --seed ${seed}`)
    }
    expect(failed).toEqual([])
  })
})
