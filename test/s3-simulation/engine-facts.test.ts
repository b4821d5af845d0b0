import { describe, expect, test } from 'vitest'
import { EngineConnection } from './engine-connection.ts'
import { ENGINE_FACTS } from './engine-facts.ts'
import { PROFILES } from './profile.ts'
import { SimulatedEngine } from './simulated-engine.ts'

describe.each(Object.values(PROFILES))('the simulated engine $name does what is known of the real one:', ({ name }) => {
  for (const { question, look, seen } of ENGINE_FACTS) {
    test(question, async () => {
      const s3 = new EngineConnection(new SimulatedEngine({ profile: name })).client({ maxAttempts: 1 })
      expect(await look({ s3, Bucket: 'bucket' })).toBe(seen[name] ?? seen.aws)
    })
  }
})
