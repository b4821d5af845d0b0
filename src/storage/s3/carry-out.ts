import { deleteFile } from './deletion.ts'
import { forAll } from './for-all.ts'
import { ALIVE, ENTRY, SETTLER, VERDICT } from './journal.ts'
import type { DeletedFile } from './journal.ts'
import { abortUpload, completeUpload, copyObject } from './multipart-upload.ts'
import { toObjectHead } from './object-record.ts'
import { WRITER } from './s3-bucket.ts'
import type { S3Place } from './s3-place.ts'
import { writeRecord } from './sealed-s3-draft.ts'
import type { ReservedFile } from './sealed-s3-draft.ts'
import { lastChange } from './uploads.ts'

/**
 * Publishes the files of a transaction. Any of them may be published already. Resolves to those that are gone: deleted
 * since they were published, or discarded by another process. Rejects with the engine's error.
 */
export async function publishFiles(place: S3Place, files: readonly ReservedFile[]): Promise<readonly ReservedFile[]> {
  const gone: ReservedFile[] = []
  await forAll(files, async (file) => {
    if (!(await publishFile(place, file))) gone.push(file)
  })
  return gone
}

/** The files of a transaction that are not published. Rejects with the engine's error. */
export async function findUnpublished(
  place: S3Place,
  files: readonly ReservedFile[],
): Promise<readonly ReservedFile[]> {
  const missing: ReservedFile[] = []
  await forAll(files, async (file) => {
    if (!(await isPublished(place, file))) missing.push(file)
  })
  return missing
}

/** Removes the drafts of a transaction that is over. Rejects with the engine's error. */
export async function removeDrafts({ bucket, names }: S3Place, files: readonly ReservedFile[]): Promise<void> {
  const traces = files.flatMap((file) => [
    ...(file.upload === undefined ? [names.bytes(file.draft)] : []),
    ...(toObjectHead(file).record === undefined ? [] : [names.recordMark(file.draft)]),
  ])
  await bucket.deleteAll(traces)
}

/** Removes the drafts of a transaction that was discarded, and their uploads. Rejects with the engine's error. */
export async function discardFiles(place: S3Place, files: readonly ReservedFile[]): Promise<void> {
  await removeDrafts(place, files)
  await forAll(files, async ({ upload }) => {
    if (upload !== undefined) await abortUpload(place.bucket, upload)
  })
}

/** Deletes files after a commit. Resolves to the keys of those that have another version by now. */
export async function deleteFiles(place: S3Place, files: readonly DeletedFile[]): Promise<readonly string[]> {
  const skipped: string[] = []
  await forAll(files, async ({ key, version }) => {
    if (await deleteFile(place, key, version)) return
    if ((await place.bucket.head(place.names.file(key))) !== undefined) skipped.push(key)
  })
  return skipped
}

/**
 * Removes the journal of a transaction, and then its verdict. False if transactions that follow it still need the
 * verdict. Rejects with the engine's error.
 */
export async function endTransaction(
  { bucket }: S3Place,
  folder: string,
  followers: readonly string[],
): Promise<boolean> {
  for (const follower of followers) {
    const { objects } = await bucket.list({ prefix: follower + ENTRY, limit: 1 })
    if (objects.length > 0) return false
  }
  const { objects } = await bucket.list({ prefix: folder })
  const names = objects.map(({ name }) => name)
  // The verdict comes last: a transaction with a journal and no verdict is undecided.
  for (const part of [ENTRY, ALIVE, SETTLER, VERDICT]) {
    await bucket.deleteAll(names.filter((name) => name.startsWith(folder + part)))
  }
  return true
}

/** False if neither the file nor its draft is there. */
async function publishFile(place: S3Place, file: ReservedFile): Promise<boolean> {
  const hasRecord = await writeRecord(place, file)
  const isThere = await bringToKey(place, file)
  if (hasRecord && !isThere) await place.bucket.delete(place.names.record(file.draft))
  return isThere
}

async function bringToKey(place: S3Place, file: ReservedFile): Promise<boolean> {
  const { bucket, names } = place
  const { head } = toObjectHead(file)
  const { upload } = file
  if (upload === undefined) {
    const source = { name: names.bytes(file.draft), size: file.size }
    return (await copyObject(bucket, source, names.file(file.key), head)) || isPublished(place, file)
  }
  try {
    await completeUpload(bucket, upload, file.draft)
    return true
  } catch (error) {
    if ((await lastChange(bucket, upload)) !== undefined) throw error
    return isPublished(place, file)
  }
}

async function isPublished({ bucket, names }: S3Place, { key, draft }: ReservedFile): Promise<boolean> {
  return (await bucket.head(names.file(key)))?.metadata[WRITER] === draft
}
