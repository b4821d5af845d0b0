import { randomUUID } from 'node:crypto'
import { findFile } from './find-file.ts'
import type { FoundFile } from './find-file.ts'
import { hasRecordObject } from './object-record.ts'
import { textBody, WRITER } from './s3-bucket.ts'
import type { S3Place } from './s3-place.ts'

/**
 * A deletion that takes so many milliseconds was left by a process that died: its requests are given up before. If it
 * were ended sooner, a slow caller would find its file gone, and would take that for the work of another one.
 */
export const LEFT_DELETION_MS: number = 15 * 60_000

/**
 * Deletes a file. If several callers delete it, one of them gets `true`. DELETE does not tell whether there was a file,
 * so a private object decides. Rejects with the engine's error.
 */
export async function deleteFile(place: S3Place, key: string, version: string | undefined): Promise<boolean> {
  const { bucket, names } = place
  const found = await find(place, key, version)
  if (found === undefined) return false
  const name = names.deletion(key)
  const objects = objectsOf(place, found)
  const head = { metadata: { [WRITER]: randomUUID() } }
  if (!(await bucket.putNew(name, textBody(JSON.stringify(objects)), head))) return takeOverLeft(place, name)
  try {
    // Another caller may have deleted the file, and have ended, since it was found.
    const isDeleted = (await find(place, key, version)) !== undefined
    if (isDeleted) await bucket.deleteAll(objects)
    return isDeleted
  } finally {
    // Also after a failure: the file may still be there, and then a caller must be able to delete it. A sweep removes
    // the object if the engine does not answer.
    await bucket.delete(name).catch(ignore)
  }
}

/** Ends the deletion of another caller if its process died. False if it may still be under way. */
async function takeOverLeft(place: S3Place, name: string): Promise<boolean> {
  const { objects, now } = await place.bucket.list({ prefix: name, limit: 1 })
  const began = objects[0]?.lastModified.getTime()
  if (began === undefined || now - began < LEFT_DELETION_MS) return false
  await endDeletion(place, name)
  return true
}

/** Ends the deletion of a process that died. */
export async function endDeletion({ bucket }: S3Place, name: string): Promise<void> {
  const text = await bucket.text(name)
  const objects: unknown = text === undefined ? [] : JSON.parse(text)
  if (!Array.isArray(objects))
    throw new Error('A deletion was begun by a version of Decant that this one does not know.')
  await bucket.deleteAll(objects.map(String))
  await bucket.delete(name)
}

async function find(place: S3Place, key: string, version: string | undefined): Promise<FoundFile | undefined> {
  const found = await findFile(place, key)
  return version === undefined || found?.entry.version === version ? found : undefined
}

/** The objects of a file. Without its draft, no transaction that is settled later can publish the file again. */
function objectsOf({ names }: S3Place, { entry, object }: FoundFile): readonly string[] {
  const draft = object.metadata[WRITER]
  if (draft === undefined) return [names.file(entry.key)]
  const record = hasRecordObject(object) ? [names.record(draft)] : []
  return [names.file(entry.key), names.bytes(draft), ...record]
}

function ignore(): void {}
