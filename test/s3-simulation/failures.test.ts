import { beforeEach, expect, test } from 'vitest'
import { MiB } from '../../src/index.ts'
import { PART_MEMORY } from '../../src/storage/s3/part-memory.ts'
import { openS3Storage } from '../../src/storage/s3/s3-storage.ts'
import { newTimedId } from '../../src/storage/timed-id.ts'
import { EngineConnection, UNSIGNED } from './engine-connection.ts'
import type { Fault } from './fault-plan.ts'
import { SimulatedEngine } from './simulated-engine.ts'

const LARGE = new Uint8Array(12 * MiB)

let engine: SimulatedEngine

beforeEach(() => {
  engine = new SimulatedEngine({ profile: 'ceph16', checksSignatures: false })
})

function open(client = connect()) {
  return openS3Storage({ bucket: 'bucket', client }, { skewMs: 0 })
}

function connect() {
  return new EngineConnection(engine).client({ signer: UNSIGNED })
}

test('a draft gives its memory back if its sealing fails because the bucket cannot be used', async () => {
  engine.refuse('CreateMultipartUpload')
  const draft = open().createDraft()
  await draft.append(new Uint8Array(1000))
  await expect(draft.seal()).rejects.toMatchObject({ code: 'storage-failed' })
  expect(PART_MEMORY.used).toBe(0)
})

test('a draft that is discarded while its sealing fails gives its memory back', async () => {
  engine.refuse('CreateMultipartUpload')
  const draft = open().createDraft()
  await draft.append(new Uint8Array(1000))
  const sealing = draft.seal().catch((error: unknown) => error)
  await draft.discard()
  expect(await sealing).toBeInstanceOf(Error)
  expect(PART_MEMORY.used).toBe(0)
})

test('a large draft is not aborted after its completion has failed', async () => {
  const storage = open()
  await storage.check()
  engine.resetCounts()
  engine.refuse('CompleteMultipartUpload', 'InternalError')
  const draft = storage.createDraft()
  await draft.append(LARGE)
  await expect(draft.seal()).rejects.toMatchObject({ code: 'storage-failed' })
  await draft.discard()
  expect(engine.count('AbortMultipartUpload')).toBe(0)
  expect(PART_MEMORY.used).toBe(0)
})

test('a sweep does not abort the upload of a draft that is being sealed after its time', async () => {
  const storage = open()
  await storage.check()
  engine.resetCounts()
  const draft = storage.createDraft({ expiresAt: new Date(Date.now() - 1) })
  await draft.append(LARGE)
  const [sealed] = await Promise.all([draft.seal(), storage.sweep()])
  expect(engine.count('AbortMultipartUpload')).toBe(0)
  await storage.sweep()
  await expect(sealed.publish(`${newTimedId()}/a.bin`)).rejects.toMatchObject({ code: 'storage-failed' })
})

test('a draft that a transaction holds outlives its own time', async () => {
  const world = { skewMs: 0 }
  const storage = openS3Storage({ bucket: 'bucket', client: connect() }, world)
  const draft = storage.createDraft({ expiresAt: new Date(Date.now() + 60_000) })
  await draft.append(new Uint8Array(10))
  const transaction = storage.createTransaction()
  const key = `${newTimedId()}/a.bin`
  await transaction.reserve(await draft.seal(), key)
  await transaction.prepare()
  world.skewMs = 60_000
  await storage.sweep()
  await transaction.commit()
  expect(await storage.stat(key)).toMatchObject({ size: 10 })
})

test('a file can be deleted after a deletion that failed', async () => {
  const client = connect()
  const storage = open(client)
  const key = `${newTimedId()}/a.bin`
  const draft = storage.createDraft()
  await draft.append(new Uint8Array(10))
  await (await draft.seal()).publish(key)
  let isDown = true
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (request) => {
        const isFile = 'Key' in request.input && request.input.Key === key
        if (isDown && isFile && commandName === 'DeleteObjectCommand') throw new Error('The engine is down.')
        return next(request)
      },
    { step: 'initialize' },
  )
  await expect(storage.delete(key)).rejects.toMatchObject({ code: 'storage-failed' })
  isDown = false
  expect(await storage.delete(key)).toBe(true)
  expect(await storage.stat(key)).toBeUndefined()
})

test.each<Fault>(['slow-down', 'lost-answer'])(
  'the memory of a file is not freed while a request that has failed by %s may still send it',
  async (fault) => {
    const client = connect()
    const storage = open(client)
    await storage.check()
    const bodies: unknown[] = []
    client.middlewareStack.add(
      (next) => (request) => {
        if ('Body' in request.input) bodies.push(request.input.Body)
        return next(request)
      },
      { step: 'initialize' },
    )
    engine.faults.plan('PutObject', fault)
    const draft = storage.createDraft()
    await draft.append(new Uint8Array(100_000).fill(1))
    await (await draft.seal()).publish(`${newTimedId()}/a.bin`)
    expect(bodies).toMatchObject([{ byteLength: 100_000 }])
  },
)
