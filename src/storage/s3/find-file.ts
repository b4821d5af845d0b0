import type { StorageEntry } from '../storage-entry.ts'
import { toFoundEntry } from './object-record.ts'
import { WRITER } from './s3-bucket.ts'
import type { FoundObject } from './s3-bucket.ts'
import type { S3Place } from './s3-place.ts'

/** A stored file with the object of its bytes. */
export interface FoundFile {
  readonly entry: StorageEntry
  readonly object: FoundObject
}

/** The stored file of a key. Rejects with the engine's error. */
export async function findFile({ bucket, names }: S3Place, key: string): Promise<FoundFile | undefined> {
  if (!names.isKey(key)) return undefined
  const object = await bucket.head(names.file(key))
  if (object === undefined) return undefined
  const draft = object.metadata[WRITER] ?? ''
  return { entry: await toFoundEntry(key, object, () => bucket.text(names.record(draft))), object }
}
