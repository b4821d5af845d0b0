import { ListMultipartUploadsCommand, ListPartsCommand } from '@aws-sdk/client-s3'
import type { S3Bucket } from './s3-bucket.ts'
import { isMissing } from './s3-error.ts'

/** An upload that is not completed, as the engine lists it. */
export interface ListedUpload {
  readonly name: string
  readonly uploadId: string
  readonly initiated: Date
}

/** The uploads below a prefix that are not completed. */
export async function* listUploads(bucket: S3Bucket, prefix: string): AsyncGenerator<ListedUpload, void, undefined> {
  let after: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {}
  for (;;) {
    const page = await bucket.client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket.name, Prefix: prefix, ...after }),
    )
    for (const { Key: name = '', UploadId: uploadId = '', Initiated: initiated } of page.Uploads ?? []) {
      yield { name, uploadId, initiated: initiated ?? new Date() }
    }
    if (page.IsTruncated !== true) return
    after = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
  }
}

/** Whether an upload is neither completed nor aborted. */
export async function isOpen(bucket: S3Bucket, { name, uploadId }: Omit<ListedUpload, 'initiated'>): Promise<boolean> {
  try {
    await bucket.client.send(new ListPartsCommand({ Bucket: bucket.name, Key: name, UploadId: uploadId, MaxParts: 1 }))
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** When the last part of an upload came; `undefined` if it has none. */
export async function youngestPart(
  bucket: S3Bucket,
  { name, uploadId }: Pick<ListedUpload, 'name' | 'uploadId'>,
): Promise<Date | undefined> {
  let youngest: Date | undefined
  let marker: string | undefined
  do {
    const page = await bucket.client.send(
      new ListPartsCommand({ Bucket: bucket.name, Key: name, UploadId: uploadId, PartNumberMarker: marker }),
    )
    for (const { LastModified: time } of page.Parts ?? []) {
      if (time !== undefined && (youngest === undefined || time > youngest)) youngest = time
    }
    marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined
  } while (marker !== undefined)
  return youngest
}
