import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  DeleteObjectsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { describe, expect, test } from 'vitest'
import { EngineConnection } from './engine-connection.ts'
import { outcome, textOf, uploadOnePart } from './facts/engine-fact.ts'
import { EngineServer } from './engine-server.ts'
import { inSeededWorld } from './seeded-world.ts'
import { SimulatedEngine } from './simulated-engine.ts'
import type { EngineOptions } from './simulated-engine.ts'

const Bucket = 'bucket'
const HELLO = { Bucket, Key: 'hello', Body: 'hello' }

function newEngine(options: EngineOptions = {}) {
  const engine = new SimulatedEngine(options)
  const connection = new EngineConnection(engine)
  const s3 = connection.client({ maxAttempts: 1 })
  return { engine, connection, s3, place: { s3, Bucket } }
}

describe('a client of the simulated engine', () => {
  test.each([
    ['an access key that is not known', { accessKeyId: 'nobody', secretAccessKey: 'secret' }, '403 InvalidAccessKeyId'],
    ['a wrong secret', { accessKeyId: 'key', secretAccessKey: 'wrong' }, '403 SignatureDoesNotMatch'],
  ])('is refused with %s', async (_, credentials, refusal) => {
    const { connection } = newEngine()
    expect(await outcome(connection.client({ credentials }).send(new PutObjectCommand(HELLO)))).toBe(refusal)
  })

  test('is refused by AWS with another region, and not by Ceph', async () => {
    const send = (profile: 'aws' | 'ceph16') =>
      newEngine({ profile }).connection.client({ region: 'eu-west-3' }).send(new PutObjectCommand(HELLO))
    expect(await outcome(send('aws'))).toBe('400 AuthorizationHeaderMalformed')
    expect(await outcome(send('ceph16'))).toBe('fine')
  })

  test('is refused with a clock that is an hour late, if the engine checks clocks', async () => {
    const { engine, s3, connection } = newEngine({ checksClocks: true })
    engine.advance(60 * 60 * 1000)
    expect(await outcome(s3.send(new PutObjectCommand(HELLO)))).toBe('403 RequestTimeTooSkewed')
    // The SDK learns the time from the refusal.
    expect(await outcome(connection.client({ maxAttempts: 2 }).send(new PutObjectCommand(HELLO)))).toBe('fine')
  })

  test('is refused a single operation if the engine is told so', async () => {
    const { engine, s3, place } = newEngine()
    await s3.send(new PutObjectCommand(HELLO))
    engine.refuse('GetObject')
    expect(await textOf(place, 'hello')).toBe('403 AccessDenied')
    engine.allow('GetObject')
    expect(await textOf(place, 'hello')).toBe('hello')
  })

  test('gets the headers of a file, with times in whole seconds of the engine', async () => {
    const { engine, s3 } = newEngine()
    engine.advance(24 * 60 * 60 * 1000)
    const headers = { CacheControl: 'private', ContentDisposition: 'inline', ContentType: 'text/x-own' }
    const before = engine.now()
    await s3.send(new PutObjectCommand({ ...HELLO, ...headers, Metadata: { Name: 'caf%C3%A9' } }))
    const after = engine.now()
    const head = await s3.send(new HeadObjectCommand(HELLO))
    expect(head).toMatchObject({ ...headers, Metadata: { name: 'caf%C3%A9' }, ContentLength: 5 })
    const time = head.LastModified?.getTime() ?? Number.NaN
    expect(time % 1000).toBe(0)
    expect(time).toBeGreaterThan(before - 1000)
    expect(time).toBeLessThanOrEqual(after)
  })

  test('cannot send a header that is not ASCII', async () => {
    const { s3 } = newEngine()
    await expect(s3.send(new PutObjectCommand({ ...HELLO, Metadata: { name: 'é' } }))).rejects.toThrow(TypeError)
  })

  test('can use the checksums of the SDK, in headers and in trailers', async () => {
    const { connection, place } = newEngine()
    const s3 = connection.client({ requestChecksumCalculation: 'WHEN_SUPPORTED' })
    const { ChecksumCRC32 } = await s3.send(new PutObjectCommand(HELLO))
    expect(ChecksumCRC32).toBe('NhCmhg==')
    const Body = Readable.from([Buffer.from('str'), Buffer.from('eam')])
    await s3.send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: 6 }))
    expect(await textOf(place, 'stream')).toBe('stream')
    const wrong = new PutObjectCommand({ ...HELLO, ChecksumCRC32: 'AAAAAA==' })
    expect(await outcome(connection.client().send(wrong))).toBe('400 BadDigest')
  })

  test('can use the uploads of lib-storage', async () => {
    const { connection } = newEngine()
    const Body = Buffer.alloc(12 * 1024 * 1024, 'text of a file')
    const s3 = connection.client({ requestChecksumCalculation: 'WHEN_SUPPORTED' })
    const { ETag } = await new Upload({ client: s3, params: { Bucket, Key: 'large', Body } }).done()
    expect(ETag).toMatch(/-3"$/)
    const file = await s3.send(new GetObjectCommand({ Bucket, Key: 'large' }))
    const bytes = (await file.Body?.transformToByteArray()) ?? []
    expect(createHash('md5').update(Buffer.from(bytes)).digest('hex')).toBe(
      createHash('md5').update(Body).digest('hex'),
    )
  })

  test('deletes several files by one request', async () => {
    const { s3, engine } = newEngine()
    for (const Key of ['a&b', 'é', 'c']) await s3.send(new PutObjectCommand({ ...HELLO, Key }))
    const Objects = [{ Key: 'a&b' }, { Key: 'é' }, { Key: 'missing' }]
    const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    expect(Deleted).toEqual(Objects)
    expect([...engine.bucket().objects.keys()]).toEqual(['c'])
  })

  test('puts rules for the life of files, and gets them again', async () => {
    const { s3 } = newEngine()
    const get = () => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
    expect(await outcome(get())).toBe('404 NoSuchLifecycleConfiguration')
    const abort = { DaysAfterInitiation: 7 }
    const Rules = [
      { ID: 'r', Status: 'Enabled' as const, Filter: { Prefix: 'x/' }, AbortIncompleteMultipartUpload: abort },
    ]
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }))
    expect((await get()).Rules).toEqual(Rules)
  })

  test('finds the bucket, or not', async () => {
    const { s3 } = newEngine()
    expect(await outcome(s3.send(new HeadBucketCommand({ Bucket })))).toBe('fine')
    expect(await outcome(s3.send(new HeadBucketCommand({ Bucket: 'other' })))).toBe('404 NotFound')
  })

  test('can change its bytes as soon as it has the answer', async () => {
    const { s3, place } = newEngine()
    const Body = Buffer.from('hello')
    await s3.send(new PutObjectCommand({ ...HELLO, Body }))
    Body.fill(0)
    expect(await textOf(place, 'hello')).toBe('hello')
  })
})

describe('an Abort that races a Complete on Ceph', () => {
  async function race() {
    const { engine, s3, place } = newEngine({ profile: 'ceph16' })
    const upload = await uploadOnePart(place, 'a')
    const complete = outcome(s3.send(new CompleteMultipartUploadCommand(upload)))
    while (engine.count('CompleteMultipartUpload') === 0) await afterTurns(1)
    const abort = outcome(s3.send(new AbortMultipartUploadCommand(upload)))
    return { engine, place, answers: await Promise.all([complete, abort]) }
  }

  test('succeeds as well, and the file can be read until garbage is collected', async () => {
    const { engine, place, answers } = await race()
    expect(answers).toEqual(['fine', 'fine'])
    expect(await textOf(place, 'a')).toBe('part')
    engine.collectGarbage()
    expect(await textOf(place, 'a')).toBe('404 NoSuchKey')
  })

  test('leaves a file in the list, and its head, whose bytes are gone', async () => {
    const { engine, place } = await race()
    engine.collectGarbage()
    const { Contents } = await place.s3.send(new ListObjectsV2Command({ Bucket }))
    expect(Contents).toHaveLength(1)
    expect(await outcome(place.s3.send(new HeadObjectCommand({ Bucket, Key: 'a' })))).toBe('fine')
  })

  test('destroys nothing if it comes after the answer', async () => {
    const { engine, s3, place } = newEngine({ profile: 'ceph16' })
    const upload = await uploadOnePart(place, 'a')
    await s3.send(new CompleteMultipartUploadCommand(upload))
    expect(await outcome(s3.send(new AbortMultipartUploadCommand(upload)))).toBe('404 NoSuchUpload')
    engine.collectGarbage()
    expect(await textOf(place, 'a')).toBe('part')
  })

  test('answers 500 to the second of two racing Completes, and the file is safe', async () => {
    const { engine, s3, place } = newEngine({ profile: 'ceph16' })
    const upload = await uploadOnePart(place, 'a')
    const both = [1, 2].map(() => outcome(s3.send(new CompleteMultipartUploadCommand(upload))))
    expect(await Promise.all(both)).toEqual(['fine', '500 InternalError'])
    engine.collectGarbage()
    expect(await textOf(place, 'a')).toBe('part')
  })
})

describe('a fault', () => {
  test.each([
    ['lost-request', 'ECONNRESET', '404 NoSuchKey'],
    ['lost-answer', 'ECONNRESET', 'hello'],
    ['error', '500 InternalError', '404 NoSuchKey'],
    ['error-after', '500 InternalError', 'hello'],
    ['slow-down', '503 SlowDown', '404 NoSuchKey'],
    ['conflict', '409 ConditionalRequestConflict', '404 NoSuchKey'],
    ['repeated', '412 PreconditionFailed', 'hello'],
    ['repeated-late', 'fine', 'hello'],
  ] as const)('%s of a conditional PutObject tells %s, and leaves %s', async (fault, told, left) => {
    const { engine, s3, place } = newEngine()
    engine.faults.plan('PutObject', fault)
    const sent = s3.send(new PutObjectCommand({ ...HELLO, IfNoneMatch: '*' }))
    const answer = await outcome(sent).catch((error: unknown) => codeOf(error))
    expect(answer).toBe(told)
    expect(await textOf(place, 'hello')).toBe(left)
  })

  test('late of a part puts it in place of the repeated one', async () => {
    const { engine, connection } = newEngine()
    const s3 = connection.client({ maxAttempts: 2 })
    engine.faults.plan('UploadPart', 'late')
    const upload = await uploadOnePart({ s3, Bucket }, 'a')
    expect(engine.count('UploadPart')).toBe(2)
    await engine.settle()
    const { Parts } = await s3.send(new ListPartsCommand(upload))
    expect(Parts).toHaveLength(1)
    expect(engine.log.filter((line) => line.includes('UploadPart'))).toEqual([
      'client UploadPart /bucket/a part 1: 200',
      'client UploadPart /bucket/a part 1: 200 (late)',
    ])
  })

  test('error-in-200 is an error of Complete for the SDK', async () => {
    const { engine, s3, place } = newEngine()
    const upload = await uploadOnePart(place, 'a')
    engine.faults.plan('CompleteMultipartUpload', 'error-in-200')
    const refusal = await outcome(s3.send(new CompleteMultipartUploadCommand(upload)))
    expect(refusal).toMatch(/InternalError$/)
    expect(await textOf(place, 'a')).toBe('404 NoSuchKey')
  })

  test('cut-body gives half of the file and then resets the connection', async () => {
    const { engine, s3 } = newEngine()
    await s3.send(new PutObjectCommand(HELLO))
    engine.faults.plan('GetObject', 'cut-body')
    const { Body } = await s3.send(new GetObjectCommand(HELLO))
    await expect(Body?.transformToString()).rejects.toThrow('ECONNRESET')
  })
})

describe('a dead process', () => {
  test('gets no answer, and its request may still arrive', async () => {
    const arrived: boolean[] = []
    for (let seed = 1; seed <= 20; seed += 1) {
      const { engine, connection, s3 } = newEngine({ seed })
      const answer = s3.send(new PutObjectCommand(HELLO))
      await afterTurns(1)
      connection.cut()
      expect(await Promise.race([answer, afterTurns(20)])).toBe('no answer')
      arrived.push(engine.bucket().objects.has('hello'))
    }
    expect(new Set(arrived)).toEqual(new Set([true, false]))
  })
})

describe('a seed', () => {
  const play = (seed: number) => {
    const { engine, connection } = newEngine({ seed, faults: { rate: 0.3 } })
    const s3 = connection.client({ maxAttempts: 3 })
    return inSeededWorld(engine, seed, async () => {
      const keys = ['a', 'b', 'a', 'c', 'b', 'a', 'd', 'a']
      const writes = keys.map((Key) => s3.send(new PutObjectCommand({ ...HELLO, Key, IfNoneMatch: '*' })))
      await Promise.allSettled(writes)
      return engine.log.join('\n')
    })
  }

  test('gives the same operations in the same order', async () => {
    const [first, second, other] = [await play(3), await play(3), await play(4)]
    expect(second).toBe(first)
    expect(other).not.toBe(first)
  })

  test('gives the same random numbers', async () => {
    const draw = (seed: number) =>
      inSeededWorld(newEngine({ seed }).engine, seed, async () => [
        Math.random(),
        ...crypto.getRandomValues(new Uint8Array(4)),
      ])
    expect(await draw(1)).toEqual(await draw(1))
    expect(await draw(2)).not.toEqual(await draw(1))
  })

  test('waits for retries without taking time', async () => {
    const { engine, connection } = newEngine({ seed: 1 })
    const s3 = connection.client({ maxAttempts: 5 })
    for (let times = 0; times < 4; times += 1) engine.faults.plan('PutObject', 'slow-down')
    await inSeededWorld(engine, 1, () => s3.send(new PutObjectCommand(HELLO)))
    expect(engine.count('PutObject')).toBe(5)
  })

  test('tells of a program that waits for nothing', async () => {
    const { engine, connection, s3 } = newEngine({ seed: 1 })
    connection.cut()
    await expect(inSeededWorld(engine, 1, () => s3.send(new PutObjectCommand(HELLO)))).rejects.toThrow('waits for')
  })
})

describe('the simulated engine behind a port', () => {
  const clientOf = ({ endpoint }: EngineServer) =>
    new S3Client({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      forcePathStyle: true,
      maxAttempts: 1,
    })

  test('serves other processes, and presigned URLs', async () => {
    await using server = await EngineServer.start(new SimulatedEngine())
    const s3 = clientOf(server)
    const key = "é ü/+a%b&c=日本 (1)~!*'.txt"
    await s3.send(new PutObjectCommand({ ...HELLO, Key: key }))
    expect(await textOf({ s3, Bucket }, key)).toBe('hello')
    const get = new GetObjectCommand({ Bucket, Key: key, ResponseContentType: 'text/x-own' })
    const url = await getSignedUrl(s3, get, { expiresIn: 60 })
    const answer = await fetch(url)
    expect([await answer.text(), answer.headers.get('content-type')]).toEqual(['hello', 'text/x-own'])
    expect((await fetch(url.replace('text%2Fx-own', 'text%2Fhtml'))).status).toBe(403)
  })

  test('resets connections', async () => {
    const engine = new SimulatedEngine()
    await using server = await EngineServer.start(engine)
    engine.faults.plan('PutObject', 'lost-answer')
    await expect(clientOf(server).send(new PutObjectCommand(HELLO))).rejects.toThrow('ECONNRESET')
    engine.faults.plan('GetObject', 'cut-body')
    const { Body } = await clientOf(server).send(new GetObjectCommand(HELLO))
    await expect(Body?.transformToString()).rejects.toThrow('aborted')
  })
})

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error
}

/** Resolves after some turns of the event loop. */
async function afterTurns(turns: number): Promise<string> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  return 'no answer'
}
