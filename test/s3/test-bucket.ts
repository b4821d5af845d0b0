import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3'
import type { S3Client } from '@aws-sdk/client-s3'
import { createHash, randomUUID } from 'node:crypto'
import type { S3Engine } from './s3-engine.ts'

/** An object as a list shows it. */
interface ListedObject {
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** Without quotes. */
  readonly etag: string
}

/** A multipart upload that was neither completed nor aborted. */
interface PendingUpload {
  readonly key: string
  readonly id: string
}

/** Objects that are read at the same time. */
const READERS = 8
const MOST_TRIES = 20

/**
 * A bucket that knows what a storage has acknowledged. An engine can lose an acknowledged object hours later, when it
 * collects garbage. So the bucket collects garbage at its end, and reads every byte again.
 */
export class TestBucket {
  readonly name: string
  readonly engine: S3Engine
  readonly client: S3Client
  readonly #acknowledged = new Map<string, string>()

  private constructor(engine: S3Engine) {
    this.name = `decant-${randomUUID()}`
    this.engine = engine
    this.client = engine.client()
  }

  /**
   * Makes a bucket, verifies it after its use, and removes it in any case. Tests get their buckets in no other way, so
   * that none forgets to verify it.
   */
  static async use(engine: S3Engine, use: (bucket: TestBucket) => Promise<void>): Promise<void> {
    const { bucket, end } = await TestBucket.begin(engine)
    try {
      await use(bucket)
    } catch (error) {
      await bucket.#remove()
      throw error
    }
    await end()
  }

  /** As `use`, for a fixture: `end` verifies the bucket and removes it. */
  static async begin(engine: S3Engine): Promise<{ readonly bucket: TestBucket; readonly end: () => Promise<void> }> {
    const bucket = new TestBucket(engine)
    await bucket.client.send(new CreateBucketCommand({ Bucket: bucket.name }))
    const end = async (): Promise<void> => {
      try {
        await bucket.verify()
      } finally {
        await bucket.#remove()
      }
    }
    return { bucket, end }
  }

  /** Notes that the object is stored with these bytes, or with bytes of this SHA-256 (hex). */
  acknowledge(key: string, bytes: Uint8Array | string): void {
    this.#acknowledged.set(key, typeof bytes === 'string' ? bytes : sha256(bytes))
  }

  /** Notes that the object may be gone from now on. */
  forget(key: string): void {
    this.#acknowledged.delete(key)
  }

  /** Every object, of every folder. */
  async objects(client: S3Client = this.client): Promise<readonly ListedObject[]> {
    const objects: ListedObject[] = []
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: this.name })) {
      for (const { Key = '', Size = -1, ETag = '' } of Contents)
        objects.push({ key: Key, size: Size, etag: ETag.replaceAll('"', '') })
    }
    return objects
  }

  /** Every upload that is still open. */
  async uploads(): Promise<readonly PendingUpload[]> {
    const uploads: PendingUpload[] = []
    let place: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | undefined = {}
    while (place !== undefined) {
      const page = await this.#uploadsAfter(place)
      for (const { Key = '', UploadId = '' } of page.Uploads ?? []) uploads.push({ key: Key, id: UploadId })
      const next = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
      place = page.IsTruncated === true ? next : undefined
    }
    return uploads
  }

  /**
   * Collects garbage, and reads everything by a new client: every acknowledged byte, and every object that the bucket
   * lists. Rejects if one of them is not as it must be.
   */
  async verify(): Promise<void> {
    await this.engine.collectGarbage()
    const client = this.engine.client()
    try {
      const objects = await this.objects(client)
      const listed = new Set(objects.map(({ key }) => key))
      const faults = [...this.#acknowledged.keys()]
        .filter((key) => !listed.has(key))
        .map((key) => `${key} was acknowledged and is not listed`)
      const left = objects.values()
      const reader = async (): Promise<void> => {
        for (const object of left) faults.push(...(await this.#faultsOf(client, object)))
      }
      await Promise.all(Array.from({ length: READERS }, reader))
      if (faults.length > 0) throw new Error(`The bucket does not hold what it should:\n${faults.join('\n')}`)
    } finally {
      client.destroy()
    }
  }

  async #faultsOf(client: S3Client, { key, size, etag }: ListedObject): Promise<string[]> {
    const expected = this.#acknowledged.get(key)
    const read = await readWhole(client, this.name, key)
    if (typeof read === 'string') return [`${key} is listed and cannot be read: ${read}`]
    if (read.size !== size) return [`${key} is listed with ${size} bytes and has ${read.size}`]
    if (expected !== undefined && read.sha256 !== expected) return [`${key} has not the bytes that were acknowledged`]
    // The ETag of a multipart object is not the hash of its bytes, and has a dash.
    if (/^[\da-f]{32}$/.test(etag) && read.md5 !== etag) return [`${key} has not the bytes of its ETag`]
    return []
  }

  /** Removes every object but these, and every open upload. Forgets all of them. */
  async clear(kept: ReadonlySet<string>): Promise<void> {
    await this.#empty(kept)
    this.#acknowledged.clear()
  }

  /** A storage that a test has closed may still end what it had begun, so the bucket may need to be emptied again. */
  async #remove(): Promise<void> {
    try {
      await this.#removeEmpty()
    } finally {
      this.client.destroy()
    }
  }

  async #removeEmpty(): Promise<void> {
    for (let tries = 1; ; tries++) {
      await this.#empty()
      try {
        await this.client.send(new DeleteBucketCommand({ Bucket: this.name }))
        return
      } catch (error) {
        if (!(error instanceof Error && error.name === 'BucketNotEmpty') || tries === MOST_TRIES) throw error
      }
    }
  }

  async #empty(kept: ReadonlySet<string> = new Set()): Promise<void> {
    const Bucket = this.name
    for (const { key, id } of await this.uploads())
      await this.client.send(new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: id }))
    // One by one: not every engine deletes many at once without checksums.
    for (const { key } of await this.objects()) {
      if (!kept.has(key)) await this.client.send(new DeleteObjectCommand({ Bucket, Key: key }))
    }
  }

  async #uploadsAfter(place: {
    readonly KeyMarker?: string | undefined
    readonly UploadIdMarker?: string | undefined
  }): Promise<{
    readonly Uploads?:
      | readonly { readonly Key?: string | undefined; readonly UploadId?: string | undefined }[]
      | undefined
    readonly IsTruncated?: boolean | undefined
    readonly NextKeyMarker?: string | undefined
    readonly NextUploadIdMarker?: string | undefined
  }> {
    return this.client.send(new ListMultipartUploadsCommand({ Bucket: this.name, ...place }))
  }
}

/** The hashes of an object, or why it cannot be read. */
async function readWhole(
  client: S3Client,
  bucket: string,
  key: string,
): Promise<{ readonly size: number; readonly sha256: string; readonly md5: string } | string> {
  const hashes = { sha256: createHash('sha256'), md5: createHash('md5') }
  let size = 0
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    if (Body === undefined) return 'no body'
    for await (const chunk of Body.transformToWebStream()) {
      size += chunk.length
      for (const hash of Object.values(hashes)) hash.update(chunk)
    }
  } catch (error) {
    // NoSuchKey, or a connection that ends early: the caller tells it with the key.
    return String(error)
  }
  return { size, sha256: hashes.sha256.digest('hex'), md5: hashes.md5.digest('hex') }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
