import type { Part } from './part.ts'
import { abortUpload, createUpload, uploadPart } from './multipart-upload.ts'
import type { UploadState } from './multipart-upload.ts'
import type { ObjectHead, S3Bucket } from './s3-bucket.ts'

/** Parts of one file that are sent at the same time. */
const MOST_AT_ONCE = 3

/** The parts of one file on their way to the engine, several at the same time. */
export class PartUploads {
  readonly #bucket: S3Bucket
  readonly #name: string
  readonly #id: Promise<string>
  readonly #etags: string[] = []
  readonly #queue: { readonly number: number; readonly part: Part }[] = []
  #count = 0
  #running = 0
  #failure: { readonly error: unknown } | undefined
  #settled: PromiseWithResolvers<void> | undefined

  /** Begins an upload of an object. */
  constructor(bucket: S3Bucket, name: string, head: ObjectHead) {
    this.#bucket = bucket
    this.#name = name
    this.#id = createUpload(bucket, name, head)
    this.#id.catch((error: unknown) => this.#fail(error))
  }

  /** The failure of a part, or of the beginning. */
  get failure(): unknown {
    return this.#failure?.error
  }

  /** Parts that were added. */
  get count(): number {
    return this.#count
  }

  /** Takes over a part. Returns a promise if the caller should wait before it adds another one. Never rejects. */
  add(part: Part): Promise<void> | undefined {
    this.#queue.push({ number: ++this.#count, part })
    this.#sendNext()
    return this.wait()
  }

  /** A promise if as many parts are sent as may be. Never rejects. */
  wait(): Promise<void> | undefined {
    if (this.#running < MOST_AT_ONCE && this.#queue.length === 0) return undefined
    this.#settled ??= Promise.withResolvers()
    return this.#settled.promise
  }

  /** Waits for all parts. Rejects with the first failure. */
  async finish(): Promise<UploadState> {
    await this.#idle()
    if (this.#failure !== undefined) throw this.#failure.error
    return { name: this.#name, uploadId: await this.#id, parts: this.#etags }
  }

  /** Gives up the upload, after the requests that are under way: a late part would stay. Never rejects. */
  async abort(): Promise<void> {
    for (const { part } of this.#queue.splice(0)) await part.dispose()
    await this.#idle()
    try {
      await abortUpload(this.#bucket, { name: this.#name, uploadId: await this.#id })
    } catch {
      // The engine does not answer. A sweep or the lifecycle rule of the bucket aborts the upload.
    }
  }

  async #idle(): Promise<void> {
    while (this.#running > 0 || this.#queue.length > 0) {
      this.#settled ??= Promise.withResolvers()
      await this.#settled.promise
    }
  }

  #sendNext(): void {
    const next = this.#running < MOST_AT_ONCE ? this.#queue.shift() : undefined
    if (next === undefined) return
    this.#running++
    void this.#send(next.number, next.part).finally(() => {
      this.#running--
      this.#sendNext()
      this.#settled?.resolve()
      this.#settled = undefined
    })
  }

  /** Never rejects. */
  async #send(number: number, part: Part): Promise<void> {
    try {
      this.#etags[number - 1] = await part.sendLast(async (body) => {
        if (this.#failure !== undefined) throw this.#failure.error
        return uploadPart(this.#bucket, { name: this.#name, uploadId: await this.#id }, number, body)
      })
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
  }
}
