import { CopyObjectCommand } from '@aws-sdk/client-s3'
import { describe } from 'vitest'
import { s3Storage } from '../../src/s3.ts'
import type { S3Storage } from '../../src/s3.ts'
import { storageContract } from '../../src/testing.ts'
import type { ContractCase } from '../../src/testing.ts'
import { acknowledgeAll } from './acknowledge-all.ts'
import { s3Test } from './s3-test.ts'
import type { TestBucket } from './test-bucket.ts'

/** The prefix whose storage finds out what the engine can do. The others are told. */
const CHECKED = 'checked'
const FOUND = '.decant/engine'

function storageIn({ name, engine: { endpoint, region, credentials } }: TestBucket, prefix: string): S3Storage {
  return s3Storage({ bucket: name, prefix, endpoint, region, credentials })
}

function contractIn(makeStorage: () => S3Storage): readonly ContractCase[] {
  return storageContract(makeStorage, { keys: 'once' })
}

const NAMES = contractIn(() => {
  throw new TypeError('Each test makes a contract of its own')
}).map(({ name }) => name)

let checked: Promise<void> | undefined

describe.concurrent('a storage in a bucket of a real engine', () => {
  s3Test.for(NAMES)('%s', async (name, { fileBucket: bucket }) => {
    checked ??= storageIn(bucket, CHECKED).check()
    await checked
    const prefix = `case-${NAMES.indexOf(name)}`
    const source = `${bucket.name}/${CHECKED}/${FOUND}`
    await bucket.client.send(
      new CopyObjectCommand({ Bucket: bucket.name, Key: `${prefix}/${FOUND}`, CopySource: source }),
    )
    const storage = storageIn(bucket, prefix)
    await contractIn(() => storage)
      .find((each) => each.name === name)
      ?.run()
    await acknowledgeAll(storage, prefix, bucket)
    await storage.close()
  })
})
