import { UploadError } from '../../errors/upload-error.ts'
import { pause } from './s3-bucket.ts'
import type { S3Bucket } from './s3-bucket.ts'
import { isRefused, toS3Error } from './s3-error.ts'

/** Attempts without a new byte. */
const ATTEMPTS = 3

/** Which bytes of which object to read. */
export interface ObjectBytes {
  readonly name: string
  readonly start: number
  readonly end: number
  /** The ETag that the object must have; any if it is absent. */
  readonly etag?: string
}

/**
 * The bytes of an object. If the connection breaks, it goes on after the last byte. Rejects with `storage-failed` if
 * the object is gone or is another one by then.
 */
export async function* readObject(
  bucket: S3Bucket,
  { name, start, end, etag }: ObjectBytes,
): AsyncGenerator<Uint8Array, void, undefined> {
  let position = start
  let expected = etag
  for (let attempt = 1; position < end; attempt++) {
    try {
      const read = await bucket.get(name, position, end)
      if (read === undefined || (expected !== undefined && read.found.etag !== expected)) {
        read?.body.destroy()
        throw changed()
      }
      expected = read.found.etag
      try {
        for await (const chunk of read.body) {
          if (!(chunk instanceof Uint8Array)) throw new TypeError('The client of the S3 storage decodes its bodies.')
          position += chunk.byteLength
          attempt = 0
          yield chunk
        }
      } finally {
        read.body.destroy()
      }
      if (position < end) throw new Error(`The object ended at byte ${position} of ${end}.`)
    } catch (error) {
      if (isRefused(error) || attempt >= ATTEMPTS) throw toS3Error(error)
      if (error instanceof UploadError || error instanceof TypeError) throw error
      await pause(attempt)
    }
  }
}

function changed(): UploadError<'storage-failed'> {
  return new UploadError('storage-failed', {}, { cause: new Error('The file was deleted while it was read.') })
}
