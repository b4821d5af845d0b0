import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { randomBytes } from 'node:crypto'
import { describe, expect } from 'vitest'
import { MiB } from '../../src/index.ts'
import { hasOwnCeph, s3Test } from './s3-test.ts'
import type { TestBucket } from './test-bucket.ts'

/** The commands that end a multipart upload of two parts with these bytes. */
async function uploadParts(
  { client, name: Bucket }: TestBucket,
  Key: string,
  bytes: Uint8Array,
): Promise<{ complete: () => Promise<unknown>; abort: () => Promise<unknown> }> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))
  const upload = { Bucket, Key, UploadId }
  const Parts = await Promise.all(
    [bytes.subarray(0, 5 * MiB), bytes.subarray(5 * MiB)].map(async (Body, index) => {
      const PartNumber = index + 1
      const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }))
      return { PartNumber, ETag }
    }),
  )
  return {
    complete: async () => client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })),
    abort: async () => client.send(new AbortMultipartUploadCommand(upload)),
  }
}

describe('the S3 engine of the tests', () => {
  s3Test('gives a key to one of eight writers that put it only if it is free', async ({ bucket }) => {
    const writers = Array.from({ length: 8 }, async () => {
      const bytes = randomBytes(1000)
      const put = new PutObjectCommand({ Bucket: bucket.name, Key: 'key', Body: bytes, IfNoneMatch: '*' })
      await bucket.client.send(put)
      bucket.acknowledge('key', bytes)
    })
    const outcomes = await Promise.allSettled(writers)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  s3Test('keeps the parts of a completed upload when garbage is collected', async ({ bucket }) => {
    const bytes = randomBytes(6 * MiB)
    const { complete } = await uploadParts(bucket, 'large', bytes)
    await complete()
    bucket.acknowledge('large', bytes)
    await bucket.verify()
    expect(await bucket.uploads()).toEqual([])
  })
})

describe('the bucket of a test', () => {
  s3Test('finds an acknowledged object that is gone, and one with other bytes', async ({ bucket }) => {
    for (const key of ['gone', 'other', 'good']) {
      await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key: key, Body: 'as sent' }))
      bucket.acknowledge(key, Buffer.from(key === 'other' ? 'as told' : 'as sent'))
    }
    await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: 'gone' }))
    await expect(bucket.verify()).rejects.toThrow(
      /:\ngone was acknowledged and is not listed\nother has not the bytes that were acknowledged$/,
    )
    for (const key of ['gone', 'other']) bucket.forget(key)
  })

  s3Test('lists every object and every upload that is still open', async ({ bucket }) => {
    const keys = Array.from({ length: 12 }, (_, index) => `.decant/${index}`).toSorted()
    for (const Key of keys) {
      await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body: 'x' }))
      await bucket.client.send(new CreateMultipartUploadCommand({ Bucket: bucket.name, Key }))
    }
    const objects = await bucket.objects()
    expect(objects.map(({ key, size }) => [key, size])).toEqual(keys.map((key) => [key, 1]))
    const uploads = await bucket.uploads()
    expect(uploads.map(({ key }) => key)).toEqual(keys)
  })
})

describe.runIf(hasOwnCeph)('the own Ceph of the tests', () => {
  s3Test('loses a completed upload whose abort was sent meanwhile, and its bucket finds it', async ({ bucket }) => {
    const lost = async (Key: string): Promise<boolean> => {
      const { complete, abort } = await uploadParts(bucket, Key, randomBytes(6 * MiB))
      const [completed] = await Promise.allSettled([complete(), abort()])
      if (completed.status === 'rejected') return false
      return bucket.verify().then(
        () => false,
        (error: unknown) => String(error).includes(`${Key} is listed and cannot be read: NoSuchKey`),
      )
    }
    let round = 0
    while (!(await lost(`large-${round}`))) expect(++round).toBeLessThan(50)
    const Key = `large-${round}`
    await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key }))
  })

  s3Test(
    'has a gateway that a test can kill: it comes back on its port, and others go on',
    async ({ bucket, engine }) => {
      await using gateway = await engine.startGateway()
      const client = engine.client(gateway.endpoint)
      await client.send(new PutObjectCommand({ Bucket: bucket.name, Key: 'key', Body: 'bytes' }))
      bucket.acknowledge('key', Buffer.from('bytes'))
      await gateway.end('SIGKILL')
      await expect(client.send(new GetObjectCommand({ Bucket: bucket.name, Key: 'key' }))).rejects.toThrow(
        'ECONNREFUSED',
      )
      await bucket.verify()
      await gateway.resume()
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        await gateway.restart(signal)
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket.name, Key: 'key' }))
        expect(await Body?.transformToString()).toBe('bytes')
      }
      client.destroy()
    },
  )
})
