import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { S3Client } from '@aws-sdk/client-s3'
import type { ProfileName } from '../profile.ts'

/** An ETag that no object has. */
export const WRONG_TAG = '"00000000000000000000000000000000"'

/** A client on a bucket that is empty. */
export interface Place {
  readonly s3: S3Client
  readonly Bucket: string
}

/** One thing that can be seen of an engine, and what is seen there. */
export interface EngineFact {
  readonly question: string
  readonly look: (place: Place) => Promise<string>
  /** By AWS, and by others if they differ. */
  readonly seen: Readonly<{ aws: string } & Partial<Record<ProfileName, string>>>
}

/** The input of CompleteMultipartUpload for an upload of one part. */
export interface OnePart {
  readonly Bucket: string
  readonly Key: string
  readonly UploadId: string | undefined
  readonly MultipartUpload: { readonly Parts: { PartNumber: number; ETag: string | undefined }[] }
}

/** `fine`, or the status and the code of the refusal. */
export async function outcome(sent: Promise<unknown>): Promise<string> {
  try {
    await sent
    return 'fine'
  } catch (error) {
    if (error instanceof S3ServiceException) return `${error.$metadata.httpStatusCode} ${error.name}`
    throw error
  }
}

/** The text of an object, or the refusal. */
export async function textOf({ s3, Bucket }: Place, Key: string, Range?: string): Promise<string> {
  const read = async () => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...(Range !== undefined && { Range }) }))
    return Body?.transformToString() ?? ''
  }
  return read().catch((error: unknown) => outcome(Promise.reject(error)))
}

/** An upload with one part that can be completed. */
export async function uploadOnePart(
  { s3, Bucket }: Place,
  Key: string,
  Body: string | Uint8Array = 'part',
): Promise<OnePart> {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))
  const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body }))
  return { Bucket, Key, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }
}

/** PutObject, with more of its input. */
export async function put({ s3, Bucket }: Place, Key: string, Body: string, more: object = {}): Promise<string> {
  const { ETag = '' } = await s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }))
  return ETag
}

/** How many of these writers won. */
export async function winnersOf(writes: readonly Promise<unknown>[]): Promise<string> {
  const results = await Promise.allSettled(writes)
  return `${results.filter(({ status }) => status === 'fulfilled').length} of ${writes.length}`
}
