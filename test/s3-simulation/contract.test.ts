import { beforeAll, describe, test } from 'vitest'
import { s3Storage } from '../../src/s3.ts'
import { storageContract } from '../../src/testing.ts'
import { EngineConnection, UNSIGNED } from './engine-connection.ts'
import { SimulatedEngine } from './simulated-engine.ts'

describe.each(['aws', 'ceph16'] as const)('a bucket of the simulated engine %s', (profile) => {
  const options = { profile, checksSignatures: false }
  const first = new SimulatedEngine(options)
  const storageOn = (engine: SimulatedEngine) =>
    s3Storage({
      bucket: 'bucket',
      prefix: 'uploads',
      client: new EngineConnection(engine).client({ signer: UNSIGNED }),
    })

  // The others find in the bucket what the first one has found out about the engine.
  beforeAll(() => storageOn(first).check())

  for (const { name, run } of storageContract(() => storageOn(first.copy(options)), { keys: 'once' })) test(name, run)
})
