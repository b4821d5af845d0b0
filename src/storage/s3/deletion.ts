import { randomUUID } from 'node:crypto'
import { findFile } from './find-file.ts'
import { hasRecordObject } from './object-record.ts'
import { textBody, WRITER } from './s3-bucket.ts'
import type { S3Place } from './s3-place.ts'

/** A deletion that takes so many milliseconds was left by a process that died. */
export const LEFT_DELETION_MS = 60_000

/**
 * Deletes a file. If several callers delete it, one of them gets `true`. DELETE does not tell whether there was a file,
 * so a private object decides. Rejects with the engine's error.
 */
export async function deleteFile(place: S3Place, key: string, version: string | undefined): Promise<boolean> {
  const { bucket, names } = place
  if (!(await isThere(place, key, version))) return false
  const name = names.deletion(key)
  const head = { metadata: { [WRITER]: randomUUID() } }
  if (!(await bucket.putNew(name, textBody(key), head))) return false
  // Another caller may have deleted the file, and have ended, since it was found.
  const isDeleted = await isThere(place, key, version)
  if (isDeleted) await removeFile(place, key)
  await bucket.delete(name)
  return isDeleted
}

/** Ends the deletion of a process that died. */
export async function endDeletion(place: S3Place, name: string): Promise<void> {
  const { bucket } = place
  const key = await bucket.text(name)
  if (key !== undefined) await removeFile(place, key)
  await bucket.delete(name)
}

async function isThere(place: S3Place, key: string, version: string | undefined): Promise<boolean> {
  const found = await findFile(place, key)
  return found !== undefined && (version === undefined || found.entry.version === version)
}

async function removeFile(place: S3Place, key: string): Promise<void> {
  const { bucket, names } = place
  const object = await bucket.head(names.file(key))
  if (object === undefined) return
  const draft = object.metadata[WRITER]
  // Without its draft, no transaction that is settled later can publish the file again.
  const traces =
    draft === undefined ? [] : [names.bytes(draft), ...(hasRecordObject(object) ? [names.record(draft)] : [])]
  await bucket.deleteAll([names.file(key), ...traces])
}
