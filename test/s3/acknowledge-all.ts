import type { Storage } from '../../src/storage.ts'
import { collect } from '../../src/testing/collect.ts'
import type { TestBucket } from './test-bucket.ts'

/** Notes every file that the storage shows, with the bytes that a reader gets. */
export async function acknowledgeAll(storage: Storage, prefix: string, bucket: TestBucket): Promise<void> {
  let cursor: string | undefined
  do {
    const { entries, next } = await storage.list(cursor === undefined ? {} : { cursor })
    for (const { key } of entries) {
      const file = await storage.open(key)
      if (file === undefined) throw new Error(`${key} is listed and cannot be opened`)
      bucket.acknowledge(`${prefix}/${key}`, await collect(file.stream()))
    }
    cursor = next
  } while (cursor !== undefined)
}
