import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { COPIED_SIZE } from './part-size.ts'
import { pause, sendBody, WRITER } from './s3-bucket.ts'
import type { ObjectBody, ObjectHead, S3Bucket } from './s3-bucket.ts'
import { codeOf, isLost, isMissing, isRefused } from './s3-error.ts'
import { lastChange } from './uploads.ts'

/** Attempts to complete an upload, with growing pauses. */
const COMPLETE_ATTEMPTS = 8

/** Parts that are copied at the same time. */
const COPIES = 8

/** A multipart upload, as plain data: any process can end it. */
export interface UploadState {
  /** The name of the object. */
  readonly name: string
  readonly uploadId: string
  /** The ETags of the parts in order, with their quotes. */
  readonly parts: readonly string[]
}

/** Begins a multipart upload. Resolves to its id. */
export async function createUpload(bucket: S3Bucket, name: string, head: ObjectHead): Promise<string> {
  const { UploadId: id } = await bucket.client.send(
    new CreateMultipartUploadCommand({
      Bucket: bucket.name,
      Key: name,
      Metadata: head.metadata,
      ContentType: head.contentType,
      ContentDisposition: head.contentDisposition,
    }),
  )
  if (id === undefined) throw new Error('The engine has begun an upload without an id.')
  return id
}

/** Sends a part. Resolves to its ETag with the quotes. */
export async function uploadPart(
  bucket: S3Bucket,
  upload: Omit<UploadState, 'parts'>,
  number: number,
  body: ObjectBody,
): Promise<string> {
  const { ETag: etag = '' } = await sendBody(body, (bytes) =>
    bucket.client.send(
      new UploadPartCommand({
        Bucket: bucket.name,
        Key: upload.name,
        UploadId: upload.uploadId,
        PartNumber: number,
        Body: bytes,
        ContentLength: body.size,
      }),
    ),
  )
  return etag
}

/**
 * Makes an upload an object. An answer may be lost, and engines answer 404 or 500 to a second request. So only the
 * object itself tells the outcome: it has the `WRITER` of the upload, and the upload is gone. An upload that may be
 * completed is never aborted, because an engine can lose an object that was completed and aborted at the same time.
 */
export async function completeUpload(
  bucket: S3Bucket,
  upload: UploadState,
  writer: string,
  ifNoneMatch: '*' | undefined = bucket.abilities.conditionalComplete ? '*' : undefined,
): Promise<void> {
  const parts = upload.parts.map((etag, index) => ({ ETag: etag, PartNumber: index + 1 }))
  for (let attempt = 1; ; attempt++) {
    try {
      await bucket.client.send(
        new CompleteMultipartUploadCommand({
          Bucket: bucket.name,
          Key: upload.name,
          UploadId: upload.uploadId,
          IfNoneMatch: ifNoneMatch,
          MultipartUpload: { Parts: parts },
        }),
      )
      return
    } catch (error) {
      if (await hasBecome(bucket, upload, writer, isLost(error))) return
      if ((isRefused(error) && codeOf(error) !== 'NoSuchUpload') || attempt === COMPLETE_ATTEMPTS) throw error
      await pause(attempt + 1)
    }
  }
}

/**
 * Whether an upload has become its object, and is an upload no more. False if the engine does not answer that either.
 *
 * An engine that stops in the middle of a completion can have both. The object is then not safe. It loses its bytes
 * when the upload is aborted, for example by a lifecycle rule. So the upload has to be completed again. If it
 * `hasLost`, another upload of the same draft has become the object.
 */
async function hasBecome(bucket: S3Bucket, upload: UploadState, writer: string, hasLost: boolean): Promise<boolean> {
  try {
    if ((await bucket.head(upload.name))?.metadata[WRITER] !== writer) return false
    return hasLost || (await lastChange(bucket, upload)) === undefined
  } catch {
    // The engine does not answer: the next attempt may find out.
    return false
  }
}

/** Gives up an upload. No process may have tried to complete it. */
export async function abortUpload(bucket: S3Bucket, { name, uploadId }: Omit<UploadState, 'parts'>): Promise<void> {
  try {
    await bucket.client.send(new AbortMultipartUploadCommand({ Bucket: bucket.name, Key: name, UploadId: uploadId }))
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/** Copies an object in one request. It may have been copied before. False if the source is missing. */
async function copyOnce(bucket: S3Bucket, source: string, target: string, head: ObjectHead): Promise<boolean> {
  try {
    return await bucket.copy(source, target, head, bucket.abilities.conditionalCopy ? '*' : undefined)
  } catch (error) {
    if (!isLost(error)) throw error
    const found = await bucket.head(target)
    if (found?.metadata[WRITER] === head.metadata[WRITER]) return true
    throw error
  }
}

/** Copies an object of any size. False if the source is missing. */
export async function copyObject(
  bucket: S3Bucket,
  source: { readonly name: string; readonly size: number },
  target: string,
  head: ObjectHead,
): Promise<boolean> {
  if (source.size <= COPIED_SIZE) return copyOnce(bucket, source.name, target, head)
  const upload = { name: target, uploadId: await createUpload(bucket, target, head) }
  const parts: string[] = []
  const count = Math.ceil(source.size / COPIED_SIZE)
  let next = 0
  const copyNext = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const end = Math.min((index + 1) * COPIED_SIZE, source.size) - 1
      const { CopyPartResult: result } = await bucket.client.send(
        new UploadPartCopyCommand({
          Bucket: bucket.name,
          Key: target,
          UploadId: upload.uploadId,
          PartNumber: index + 1,
          CopySource: bucket.sourceOf(source.name),
          CopySourceRange: `bytes=${index * COPIED_SIZE}-${end}`,
        }),
      )
      parts[index] = result?.ETag ?? ''
    }
  }
  const copyOrStop = async (): Promise<void> => {
    try {
      await copyNext()
    } catch (error) {
      // The others stop, too.
      next = count
      throw error
    }
  }
  const results = await Promise.allSettled(Array.from({ length: COPIES }, copyOrStop))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) {
    await abortUpload(bucket, upload)
    if (isMissing(failed.reason)) return false
    throw failed.reason
  }
  await completeUpload(bucket, { ...upload, parts }, head.metadata[WRITER] ?? '')
  return true
}
