import { GetObjectCommand } from '@aws-sdk/client-s3'
import { checkByteRange } from '../byte-range.ts'
import type { LocationHeaders, OpenFile, StorageEntry } from '../storage.ts'
import type { FoundFile } from './find-file.ts'
import { readObject } from './read-object.ts'
import { toS3Error } from './s3-error.ts'
import type { S3Place } from './s3-place.ts'

/** Seconds for which a signed URL is valid. */
const VALID_SECONDS = 300

/** An open file: nothing is fetched before it is read. */
export class OpenS3File implements OpenFile {
  readonly entry: StorageEntry
  readonly #place: S3Place
  readonly #found: FoundFile
  #isUsed = false

  constructor(place: S3Place, found: FoundFile) {
    this.entry = found.entry
    this.#place = place
    this.#found = found
  }

  stream(start: number = 0, end: number = this.entry.size): AsyncIterable<Uint8Array> {
    if (this.#isUsed) throw new TypeError('The file was read or closed already.')
    checkByteRange(start, end, this.entry.size)
    this.#isUsed = true
    const { bucket, names } = this.#place
    return readObject(bucket, { name: names.file(this.entry.key), start, end, etag: this.#found.object.etag })
  }

  async close(): Promise<void> {
    this.#isUsed = true
  }
}

/** An open file that clients fetch from the engine. */
export class SignedS3File extends OpenS3File {
  readonly #place: S3Place

  constructor(place: S3Place, found: FoundFile) {
    super(place, found)
    this.#place = place
  }

  async location({ contentType, contentDisposition, cacheControl }: LocationHeaders): Promise<string> {
    const { bucket, names } = this.#place
    const command = new GetObjectCommand({
      Bucket: bucket.name,
      Key: names.file(this.entry.key),
      ResponseContentType: contentType,
      ResponseContentDisposition: contentDisposition,
      ResponseCacheControl: cacheControl,
    })
    try {
      // Only redirects need the package, so only they load it.
      const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner')
      return await getSignedUrl(bucket.client, command, { expiresIn: VALID_SECONDS })
    } catch (error) {
      throw toS3Error(error)
    }
  }
}

/** An open file that clients fetch from a public URL, such as that of a CDN. */
export class PublicS3File extends OpenS3File {
  readonly #url: string

  /** @param root the URL of the bucket, without a slash at its end */
  constructor(place: S3Place, found: FoundFile, root: string) {
    super(place, found)
    this.#url = `${root}/${place.names.file(this.entry.key).split('/').map(encodeURIComponent).join('/')}`
  }

  location(): Promise<string> {
    return Promise.resolve(this.#url)
  }
}
