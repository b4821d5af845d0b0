import { expect, test } from 'vitest'
import { s3Storage } from '../../src/s3.ts'
import { newTimedId } from '../../src/storage/timed-id.ts'
import { EngineConnection, UNSIGNED } from './engine-connection.ts'
import { SimulatedEngine } from './simulated-engine.ts'

test('a list by time finds the newest file in a folder whose name sorts behind all ids', async () => {
  const client = new EngineConnection(new SimulatedEngine({ checksSignatures: false })).client({ signer: UNSIGNED })
  const storage = s3Storage({ bucket: 'bucket', client })
  const now = Date.now()
  const keys = ['', '', 'fotos/'].map((folder, age) => `${folder}${newTimedId(now + age)}/a.txt`)
  for (const key of keys) {
    const draft = storage.createDraft()
    await (await draft.seal()).publish(key)
  }
  const { entries } = await storage.list({ order: 'newest', limit: 1 })
  expect(entries.map(({ key }) => key)).toEqual(keys.slice(2))
})
