import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { isUploadError, uploadSet } from '../../src/index.ts'
import { s3Storage } from '../../src/s3.ts'
import type { S3Storage, S3StorageOptions } from '../../src/s3.ts'
import { collect } from '../../src/testing/collect.ts'
import { EngineConnection } from './engine-connection.ts'
import { EngineServer } from './engine-server.ts'
import type { OperationName } from './operation.ts'
import type { ProfileName } from './profile.ts'
import { SimulatedEngine } from './simulated-engine.ts'

const SECRET = 'a-secret-that-nobody-may-read'
const CREDENTIALS = { accessKeyId: 'key', secretAccessKey: SECRET }

/** The text of an error for an operator, with all causes. */
async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(isUploadError(error) && error.code).toBe('storage-failed')
  const told = error instanceof Error && error.cause instanceof Error ? error.cause.message : ''
  expect(inspect(error, { depth: 20 })).not.toContain(SECRET)
  // A client learns nothing of it.
  expect(error instanceof Error ? error.message : '').not.toMatch(/bucket|engine|key/i)
  return told
}

async function onServer(
  engine: SimulatedEngine,
  options: Partial<S3StorageOptions>,
  work: (storage: S3Storage) => Promise<void>,
): Promise<void> {
  await using server = await EngineServer.start(engine)
  const storage = s3Storage({ bucket: 'bucket', endpoint: server.endpoint, credentials: CREDENTIALS, ...options })
  await work(storage)
  await storage.close()
}

describe('a bucket that cannot be used is told by check and by the first upload', () => {
  test.each<[string, Partial<S3StorageOptions>, RegExp]>([
    ['that does not exist', { bucket: 'other' }, /NoSuchBucket.*no such bucket.*check its name/],
    ['of another access key', { credentials: { ...CREDENTIALS, accessKeyId: 'who' } }, /InvalidAccessKeyId/],
    [
      'with a wrong secret',
      { credentials: { ...CREDENTIALS, secretAccessKey: `${SECRET}!` } },
      /SignatureDoesNotMatch/,
    ],
  ])('%s', async (_, options, expected) => {
    const engine = new SimulatedEngine({ secrets: { key: SECRET } })
    await onServer(engine, options, async (storage) => {
      expect(await failure(storage.check())).toMatch(expected)
      const set = uploadSet('files', { storage })
      expect(await failure(set.save(new File(['text'], 'a.txt')))).toMatch(expected)
      // The page of a list and a download tell it, too.
      expect(await failure(set.list())).toMatch(expected)
    })
    expect(engine.bucket('bucket').objects.size).toBe(0)
  })

  test.each<OperationName>([
    'PutObject',
    'GetObject',
    'DeleteObject',
    'ListObjectsV2',
    'CreateMultipartUpload',
    'UploadPart',
    'AbortMultipartUpload',
    'ListMultipartUploads',
    'ListParts',
  ])('that does not permit %s', async (operation) => {
    const engine = new SimulatedEngine()
    engine.refuse(operation, 'AccessDenied')
    const storage = s3Storage({ bucket: 'bucket', client: new EngineConnection(engine).client({ maxAttempts: 1 }) })
    expect(await failure(storage.check())).toMatch(/AccessDenied.*lack a permission/)
    engine.allow(operation)
    // An operator has mended it, and need not start the server again.
    await storage.check()
  })

  test('by the permissions that it has now, although its engine was found out before', async () => {
    const engine = new SimulatedEngine()
    const client = new EngineConnection(engine).client({ maxAttempts: 1 })
    await s3Storage({ bucket: 'bucket', client }).check()
    engine.refuse('PutObject', 'AccessDenied')
    expect(await failure(s3Storage({ bucket: 'bucket', client }).check())).toMatch(/AccessDenied/)
  })

  test('of a machine whose clock is wrong', async () => {
    const engine = new SimulatedEngine()
    engine.refuse('GetObject', 'RequestTimeTooSkewed')
    const storage = s3Storage({ bucket: 'bucket', client: new EngineConnection(engine).client({ maxAttempts: 1 }) })
    expect(await failure(storage.check())).toMatch(/RequestTimeTooSkewed.*clock of this machine is wrong/)
  })

  test('whose engine does not answer', async () => {
    await using server = await EngineServer.start(new SimulatedEngine())
    const { endpoint } = server
    await server[Symbol.asyncDispose]()
    const storage = s3Storage({ bucket: 'bucket', endpoint, credentials: CREDENTIALS })
    expect(await failure(storage.check())).toMatch(/ECONNREFUSED.*check the endpoint/)
    await storage.close()
  })

  test.each<ProfileName>(['garage', 'seaweed', 'b2'])('whose engine overwrites in a race, as %s', async (profile) => {
    const engine = new SimulatedEngine({ profile, seed: 1 })
    const storage = s3Storage({ bucket: 'bucket', client: new EngineConnection(engine).client() })
    expect(await failure(storage.check())).toMatch(/If-None-Match|NotImplemented/)
    const set = uploadSet('files', { storage })
    await failure(set.save(new File(['text'], 'a.txt')))
    await engine.settle()
    expect([...engine.bucket('bucket').objects.keys()]).toEqual([])
  })

  test.each<[ProfileName, object]>([
    ['aws', { conditionalComplete: true, conditionalCopy: true, checksums: true }],
    ['ceph16', { conditionalComplete: false, conditionalCopy: false, checksums: false }],
  ])('or its abilities are found and remembered, as of %s', async (profile, abilities) => {
    const engine = new SimulatedEngine({ profile })
    const client = new EngineConnection(engine).client()
    await s3Storage({ bucket: 'bucket', client }).check()
    expect([...engine.bucket('bucket').objects.keys()]).toEqual(['.decant/engine'])
    const remembered = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key: '.decant/engine' }))
    expect(JSON.parse((await remembered.Body?.transformToString()) ?? '')).toMatchObject(abilities)
    engine.resetCounts()
    await s3Storage({ bucket: 'bucket', client }).check()
    expect([engine.count('GetObject'), engine.count()]).toEqual([1, 3])
  })
})

test('the abilities of an engine are found again if the bucket was copied to another engine', async () => {
  const good = new SimulatedEngine({ secrets: { key: SECRET } })
  await onServer(good, {}, (storage) => storage.check())
  const copied = good.copy({ profile: 'garage', secrets: { key: SECRET }, seed: 1 })
  expect([...copied.bucket('bucket').objects.keys()]).toContain('.decant/engine')
  await onServer(copied, {}, async (storage) => {
    expect(await failure(storage.check())).toMatch(/If-None-Match/)
  })
})

describe('objects that other programs have put into a bucket', () => {
  test('are files without a record, and those with names that cannot be keys are passed over', async () => {
    const engine = new SimulatedEngine()
    const client = new EngineConnection(engine).client()
    const storage = s3Storage({ bucket: 'bucket', prefix: 'uploads', client })
    const names = [
      'uploads/',
      'uploads/photos/',
      'uploads/photos/cat.jpg',
      'uploads/.hidden',
      'uploads/a//b',
      'other/x',
    ]
    for (const Key of names) await client.send(new PutObjectCommand({ Bucket: 'bucket', Key, Body: 'bytes' }))
    const set = uploadSet('files', { storage })
    for (const order of ['name', 'newest'] as const) {
      const { files } = await set.list({ order })
      expect(files).toMatchObject([{ key: 'photos/cat.jpg', filename: 'cat.jpg', type: 'image/jpeg', size: 5 }])
    }
    const file = await set.open('photos/cat.jpg')
    expect(new TextDecoder().decode(await collect(file?.stream() ?? (async function* () {})()))).toBe('bytes')
    for (const key of ['.hidden', 'a//b', '', '../other/x', 'photos/', '.decant/engine']) {
      expect(await storage.stat(key)).toBeUndefined()
      expect(await storage.delete(key)).toBe(false)
    }
    expect(await set.delete('photos/cat.jpg')).toBe(true)
    expect(engine.bucket('bucket').objects.size).toBe(names.length - 1)
  })
})
