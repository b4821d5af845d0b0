import { describe, test } from 'vitest'
import { s3Storage } from '../../src/s3.ts'
import { storageContract } from '../../src/testing.ts'
import { EngineConnection } from './engine-connection.ts'
import { SimulatedEngine } from './simulated-engine.ts'

describe.each(['aws', 'ceph16'] as const)('a bucket of the simulated engine %s', (profile) => {
  const engine = new SimulatedEngine({ profile })
  const client = new EngineConnection(engine).client()
  let storages = 0
  const newStorage = () => s3Storage({ bucket: 'bucket', prefix: `prefix-${(storages += 1)}`, client })

  for (const { name, run } of storageContract(newStorage, { keys: 'once' })) test(name, run)
})
