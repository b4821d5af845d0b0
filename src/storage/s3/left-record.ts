import { WRITER } from './s3-bucket.ts'
import type { S3Place } from './s3-place.ts'

/** Removes a record whose file was never published, because its process died in between. */
export async function removeLeftRecord({ bucket, names }: S3Place, name: string): Promise<void> {
  const text = await bucket.text(name)
  if (text === undefined) return
  const record: unknown = JSON.parse(text)
  const key = typeof record === 'object' && record !== null && 'key' in record ? String(record.key) : undefined
  const found = key === undefined ? undefined : await bucket.head(names.file(key))
  if (found?.metadata[WRITER] !== name.slice(names.records.length)) await bucket.delete(name)
}
