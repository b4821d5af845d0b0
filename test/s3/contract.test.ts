import { describe } from 'vitest'
import { s3Storage } from '../../src/s3.ts'
import type { S3Storage } from '../../src/s3.ts'
import { storageContract } from '../../src/testing.ts'
import type { ContractCase } from '../../src/testing.ts'
import { acknowledgeAll } from './acknowledge-all.ts'
import { s3Test } from './s3-test.ts'
import type { TestBucket } from './test-bucket.ts'

const PREFIX = 'uploads'

function storageIn({ name, engine: { endpoint, region, credentials } }: TestBucket): S3Storage {
  return s3Storage({ bucket: name, prefix: PREFIX, endpoint, region, credentials })
}

function contractIn(makeStorage: () => S3Storage): readonly ContractCase[] {
  return storageContract(makeStorage, { keys: 'once' })
}

const NAMES = contractIn(() => {
  throw new TypeError('Each test makes a contract of its own')
}).map(({ name }) => name)

describe('a storage in a bucket of a real engine', () => {
  s3Test.for(NAMES)('%s', async (name, { bucket }) => {
    const storages: S3Storage[] = []
    const contract = contractIn(() => {
      const storage = storageIn(bucket)
      storages.push(storage)
      return storage
    })
    await contract.find((each) => each.name === name)?.run()
    for (const storage of storages) {
      await acknowledgeAll(storage, PREFIX, bucket)
      await storage.close()
    }
  })
})
