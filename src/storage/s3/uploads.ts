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

/**
 * When an upload changed: it began, or a part came. `undefined` if there is no such upload any more. Rejects with the
 * engine's error.
 */
export async function lastChange(
  bucket: S3Bucket,
  { name, uploadId }: Pick<ListedUpload, 'name' | 'uploadId'>,
  initiated: Date = new Date(0),
): Promise<Date | undefined> {
  let youngest = initiated
  let marker: string | undefined
  do {
    let page
    try {
      page = await bucket.client.send(
        new ListPartsCommand({ Bucket: bucket.name, Key: name, UploadId: uploadId, PartNumberMarker: marker }),
      )
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
    for (const { LastModified: time } of page.Parts ?? []) {
      if (time !== undefined && time > youngest) youngest = time
    }
    marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined
  } while (marker !== undefined)
  return youngest
}
