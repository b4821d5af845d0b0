import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import type { S3Client, ServiceOutputTypes } from '@aws-sdk/client-s3'
import type { Readable } from 'node:stream'
import { forAll } from './for-all.ts'
import { isLost, isMissing, isRefused } from './s3-error.ts'

/** Attempts at a request with a stream. */
const STREAM_ATTEMPTS = 3
/** Attempts at a conditional write while another one is under way. */
const CONFLICT_ATTEMPTS = 5

/** Metadata that names the write, so that a repeated write recognizes its own object. */
export const WRITER = 'decant-draft'

/** The bytes of a request, which can be made again for another attempt. */
export interface ObjectBody {
  readonly size: number
  open(): Uint8Array | Readable
  /** Called if an attempt was given up. Its socket may still read the bytes, so their memory must not be freed. */
  noteFailedAttempt?(): void
}

/** The facts of an object that are stored with its bytes. */
export interface ObjectHead {
  readonly metadata: Readonly<Record<string, string>>
  readonly contentType?: string
  readonly contentDisposition?: string
}

/** An object as HEAD and GET tell it. */
export interface FoundObject {
  readonly size: number
  /** The ETag with its quotes. */
  readonly etag: string
  readonly lastModified: Date
  readonly metadata: Readonly<Record<string, string>>
}

/** An object as a list tells it. */
export interface ListedObject {
  readonly name: string
  readonly size: number
  readonly lastModified: Date
}

/** A page of a list. */
export interface ObjectPage {
  readonly objects: readonly ListedObject[]
  readonly isWhole: boolean
  /** The time of the engine. */
  readonly now: number
}

/** A range of objects to list, in the order of the bytes of their names. */
export interface ObjectRange {
  readonly prefix: string
  /** Only names after this one. */
  readonly after?: string | undefined
  readonly limit?: number | undefined
}

/** The abilities of an engine that Decant uses if it has them. */
export interface Abilities {
  /** Refuses to overwrite when an upload is completed with `If-None-Match: *`. */
  readonly conditionalComplete: boolean
  /** Refuses to overwrite in a copy with `If-None-Match: *`. */
  readonly conditionalCopy: boolean
  /** Compares a CRC32 with the bytes. */
  readonly checksums: boolean
}

const NO_ABILITIES: Abilities = { conditionalComplete: false, conditionalCopy: false, checksums: false }

/** The requests for single objects of a bucket. They reject with the errors of the client. */
export class S3Bucket {
  readonly client: S3Client
  readonly name: string
  /** Tells two engines apart: an endpoint, or a client that was given. */
  readonly engine: unknown
  /** The abilities that are known. */
  abilities: Abilities = NO_ABILITIES

  constructor(client: S3Client, name: string, engine: unknown) {
    this.client = client
    this.name = name
    this.engine = engine
  }

  /** The host and the port of the engine; `aws` for AWS. */
  async host(): Promise<string> {
    const endpoint = await this.client.config.endpoint?.()
    return endpoint === undefined ? 'aws' : `${endpoint.hostname}:${endpoint.port ?? ''}`
  }

  /** Writes an object, whether or not there is one. */
  put(name: string, body: ObjectBody, head: ObjectHead): Promise<void> {
    return this.#put(name, body, head, undefined)
  }

  /**
   * Writes an object unless there is one. False if there is one. `head.metadata` must hold a `WRITER` of its own. If an
   * answer is lost, the repeated request finds the object that the first one has made.
   */
  async putNew(name: string, body: ObjectBody, head: ObjectHead): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#put(name, body, head, '*')
        return true
      } catch (error) {
        if (!isLost(error)) throw error
        const found = await this.head(name)
        if (found !== undefined) return found.metadata[WRITER] === head.metadata[WRITER]
        // Another write was under way, and has failed or was deleted since.
        if (attempt === CONFLICT_ATTEMPTS) return false
        await pause(attempt)
      }
    }
  }

  async #put(name: string, body: ObjectBody, head: ObjectHead, ifNoneMatch: string | undefined): Promise<void> {
    await sendBody(body, (bytes) => {
      // The client would have to send the checksum of a stream behind it, which fewer engines understand.
      const isCompared = this.abilities.checksums && bytes instanceof Uint8Array
      return this.client.send(
        new PutObjectCommand({
          Bucket: this.name,
          Key: name,
          Body: bytes,
          ...(isCompared && { ChecksumAlgorithm: 'CRC32' }),
          ContentLength: body.size,
          IfNoneMatch: ifNoneMatch,
          ...toInput(head),
        }),
      )
    })
  }

  /** `undefined` if there is no such object. */
  async head(name: string): Promise<FoundObject | undefined> {
    try {
      const found = await this.client.send(new HeadObjectCommand({ Bucket: this.name, Key: name }))
      return toFound(found, found.ContentLength)
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  /** The bytes from `start` up to but not including `end`, which is above `start`. `undefined` for a missing object. */
  async get(name: string, start: number, end: number): Promise<{ found: FoundObject; body: Readable } | undefined> {
    try {
      const found = await this.client.send(
        new GetObjectCommand({ Bucket: this.name, Key: name, Range: `bytes=${start}-${end - 1}` }),
      )
      const { Body: body } = found
      if (!isReadable(body)) throw new TypeError('The client of the S3 storage gives no streams of Node.')
      return { found: toFound(found, sizeOf(found.ContentRange)), body }
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  /** A small object that only Decant writes, as text. `undefined` if there is none. */
  async text(name: string): Promise<string | undefined> {
    try {
      const { Body: body } = await this.client.send(new GetObjectCommand({ Bucket: this.name, Key: name }))
      return (await body?.transformToString()) ?? ''
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  /**
   * Copies an object, and gives the copy facts of its own. False if the source is missing.
   *
   * @param ifNoneMatch `*` to reject if there is a target already
   */
  async copy(source: string, target: string, head: ObjectHead, ifNoneMatch?: '*'): Promise<boolean> {
    try {
      await this.client.send(
        new CopyObjectCommand({
          Bucket: this.name,
          Key: target,
          CopySource: this.sourceOf(source),
          MetadataDirective: 'REPLACE',
          IfNoneMatch: ifNoneMatch,
          ...toInput(head),
        }),
      )
      return true
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }

  /** The name of an object as the source of a copy: percent-encoded, because it travels in a header. */
  sourceOf(name: string): string {
    return `${this.name}/${name.split('/').map(encodeURIComponent).join('/')}`
  }

  /** Resolves also if there is no such object. */
  async delete(name: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.name, Key: name }))
  }

  /** One by one: engines differ on the permissions and the checksums that a request for many objects needs. */
  async deleteAll(names: readonly string[]): Promise<void> {
    await forAll(names, (name) => this.delete(name))
  }

  async list({ prefix, after, limit = 1000 }: ObjectRange): Promise<ObjectPage> {
    const command = new ListObjectsV2Command({
      Bucket: this.name,
      Prefix: prefix,
      MaxKeys: limit,
      ...(after !== undefined && { StartAfter: after }),
    })
    let date: string | undefined
    command.middlewareStack.add(
      (next) => async (input) => {
        const result = await next(input)
        date = dateOf(result.response)
        return result
      },
      // Before the body is read, while the headers are still there.
      { step: 'deserialize', priority: 'low' },
    )
    const { Contents: contents = [], IsTruncated: isTruncated } = await this.client.send(command)
    const objects = contents.map(({ Key: name = '', Size: size = 0, LastModified: time }) => ({
      name,
      size,
      lastModified: time ?? new Date(0),
    }))
    return { objects, isWhole: isTruncated !== true, now: date === undefined ? Date.now() : Date.parse(date) }
  }

  /** All objects of a range, page by page. */
  async *listAll(range: Omit<ObjectRange, 'limit'>): AsyncGenerator<ObjectPage, void, undefined> {
    let { after } = range
    for (;;) {
      const page = await this.list({ ...range, after })
      yield page
      after = page.objects.at(-1)?.name
      if (page.isWhole || after === undefined) return
    }
  }
}

/** A body of text. */
export function textBody(text: string): ObjectBody {
  const bytes = Buffer.from(text)
  return { size: bytes.byteLength, open: () => bytes }
}

/**
 * Sends a request with a body. If the body is a stream and the request fails, sends it again with another stream. The
 * client itself repeats only requests with bodies in memory.
 */
export async function sendBody<Result extends Pick<ServiceOutputTypes, '$metadata'>>(
  body: ObjectBody,
  send: (bytes: Uint8Array | Readable) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    const bytes = body.open()
    try {
      const result = await send(bytes)
      if (result.$metadata.attempts !== 1) body.noteFailedAttempt?.()
      return result
    } catch (error) {
      body.noteFailedAttempt?.()
      if (bytes instanceof Uint8Array || isRefused(error) || attempt === STREAM_ATTEMPTS) throw error
      await pause(attempt)
    }
  }
}

/** Waits for a time of random length, which doubles with each attempt: from 100 ms to 1.6 s at most. */
export function pause(attempt: number): Promise<void> {
  const most = 50 * 2 ** Math.min(attempt, 5)
  return new Promise((resolve) => setTimeout(resolve, Math.random() * most))
}

function toInput({ metadata, contentType, contentDisposition }: ObjectHead): object {
  return { Metadata: metadata, ContentType: contentType, ContentDisposition: contentDisposition }
}

interface ObjectOutput {
  readonly ETag?: string | undefined
  readonly LastModified?: Date | undefined
  readonly Metadata?: Record<string, string> | undefined
}

function toFound({ ETag, LastModified, Metadata }: ObjectOutput, size: number | undefined): FoundObject {
  return { size: size ?? 0, etag: ETag ?? '', lastModified: LastModified ?? new Date(0), metadata: Metadata ?? {} }
}

/** The size of the whole object, from `Content-Range` (RFC 9110 section 14.4). */
function sizeOf(range: string | undefined): number | undefined {
  const [, size] = /\/(\d+)$/.exec(range ?? '') ?? []
  return size === undefined ? undefined : Number(size)
}

function isReadable(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && 'destroy' in body && Symbol.asyncIterator in body
}

function dateOf(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined
  const { headers } = response
  if (typeof headers !== 'object' || headers === null || !('date' in headers)) return undefined
  return typeof headers.date === 'string' ? headers.date : undefined
}
