import { describe } from 'vitest'
import { s3Storage } from '../../src/s3.ts'
import type { S3Storage } from '../../src/s3.ts'
import { storageContract } from '../../src/testing.ts'
import { acknowledgeAll } from './acknowledge-all.ts'
import { s3Test } from './s3-test.ts'
import type { TestBucket } from './test-bucket.ts'

const PREFIX = 'uploads'
const ONCE = { keys: 'once' } as const

function storageIn({ name, engine: { endpoint, region, credentials } }: TestBucket): S3Storage {
  return s3Storage({ bucket: name, prefix: PREFIX, endpoint, region, credentials })
}

const NAMES = storageContract(() => {
  throw new TypeError('Each test has a contract of its own')
}, ONCE).map(({ name }) => name)

describe('a storage in a bucket of a real engine', () => {
  s3Test.for(NAMES)('%s', async (name, { bucket }) => {
    const storages: S3Storage[] = []
    const contract = storageContract(() => {
      const storage = storageIn(bucket)
      storages.push(storage)
      return storage
    }, ONCE)
    await contract.find((each) => each.name === name)?.run()
    for (const storage of storages) {
      await acknowledgeAll(storage, PREFIX, bucket)
      await storage.close()
    }
  })
})
