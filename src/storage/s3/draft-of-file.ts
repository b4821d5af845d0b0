import { randomBytes } from 'node:crypto'
import type { SealedDraft } from '../draft.ts'
import { findFile } from './find-file.ts'
import { copyObject } from './multipart-upload.ts'
import { PART_SIZE } from './part-size.ts'
import { Part } from './part.ts'
import { readObject } from './read-object.ts'
import { WRITER } from './s3-bucket.ts'
import type { S3Place } from './s3-place.ts'
import { SealedS3Draft } from './sealed-s3-draft.ts'

/** A sealed draft with a copy of a stored file. Rejects with the engine's error. */
export async function draftOfFile(place: S3Place, key: string, version: string): Promise<SealedDraft | undefined> {
  const found = await findFile(place, key)
  if (found?.entry.version !== version) return undefined
  const id = randomBytes(16).toString('hex')
  const { bucket, names } = place
  const { size } = found.entry
  const name = names.file(key)
  if (size > PART_SIZE) {
    const head = { metadata: { [WRITER]: id } }
    if (!(await copyObject(bucket, { name, size }, names.bytes(id), head))) return undefined
    return new SealedS3Draft(place, id, { kind: 'object' }, { size, keeps: 0 })
  }
  // A small file is published by a request with its bytes, so they are fetched now.
  const part = new Part(place.memory, size, false)
  try {
    for await (const chunk of readObject(bucket, { name, start: 0, end: size, etag: found.object.etag })) {
      await part.append(chunk)
    }
    return new SealedS3Draft(place, id, { kind: 'part', part }, { size, keeps: 0 })
  } catch (error) {
    await part.dispose()
    throw error
  }
}
