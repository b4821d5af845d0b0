import { randomBytes } from 'node:crypto'
import { UploadError } from '../../errors/upload-error.ts'
import { checkByteRange } from '../byte-range.ts'
import type { Draft, DraftOptions, SealedDraft } from '../draft.ts'
import { requireKey } from '../require-key.ts'
import type { FileRecord } from '../storage-entry.ts'
import { completeUpload } from './multipart-upload.ts'
import { newFileTime, toObjectHead } from './object-record.ts'
import { LARGEST_IN_MEMORY, partSize } from './part-size.ts'
import { PartUploads } from './part-uploads.ts'
import { Part } from './part.ts'
import { WRITER } from './s3-bucket.ts'
import { toS3Error } from './s3-error.ts'
import type { S3Place } from './s3-place.ts'
import { expired, SealedS3Draft } from './sealed-s3-draft.ts'
import type { Content, IntendedFile } from './sealed-s3-draft.ts'

type State = 'open' | 'truncating' | 'sealing' | 'sealed' | 'discarded'

/**
 * A draft on its way to a bucket. Its first part stays here until it is published. Only a draft of more bytes is sent
 * before: to its own key if that is known, and otherwise to a private object.
 */
export class S3Draft implements Draft {
  readonly id: string = randomBytes(16).toString('hex')
  readonly #place: S3Place
  readonly #expectedSize: number | undefined
  readonly #expiresAt: Date | undefined
  #state: State = 'open'
  #size = 0
  /** Bytes of the parts before the present one. */
  #sent = 0
  #part: Part
  #uploads: PartUploads | undefined
  #intended: IntendedFile | undefined
  #failure: Error | undefined
  #sealing: Promise<unknown> | undefined
  /** Whether the upload may have been completed, so that it must not be aborted. */
  #mayBeComplete = false
  #sealed: SealedS3Draft | undefined

  constructor(place: S3Place, { expectedSize, expiresAt }: DraftOptions) {
    this.#place = place
    this.#expectedSize = expectedSize
    this.#expiresAt = expiresAt === undefined ? undefined : new Date(expiresAt)
    this.#part = this.#newPart()
    if (this.#expiresAt !== undefined) place.expiring.set(this, this.#expiresAt)
    // A client should not send a whole file before it learns that the bucket cannot be used.
    place.ready().catch((error: unknown) => {
      this.#failure ??= toS3Error(error)
    })
  }

  get size(): number {
    return this.#size
  }

  append(bytes: Uint8Array): Promise<void> | undefined {
    this.#require('open')
    this.#noteFailure()
    if (this.#failure !== undefined) return handled(Promise.reject(this.#failure))
    this.#size += bytes.byteLength
    const waits: Promise<void>[] = []
    let rest = bytes
    while (rest.byteLength > 0) {
      const limit = this.#partSize
      // A part is sent when more bytes come: a file of just one part is sent in one request.
      if (this.#part.size === limit) waits.push(...this.#sendPart())
      const piece = rest.subarray(0, limit - this.#part.size)
      const wait = this.#part.append(piece)
      if (wait !== undefined) waits.push(wait)
      rest = rest.subarray(piece.byteLength)
    }
    return waits.length === 0 ? undefined : handled(this.#during(() => Promise.all(waits)).then(ignore))
  }

  intend(key: string, record: FileRecord | undefined): void {
    this.#require('open')
    requireKey(key, this.#place.names.isKey(key))
    // Otherwise the first part is on its way to a private object already.
    if (this.#uploads === undefined) this.#intended = { key, record, storedAt: newFileTime(key) }
  }

  async flush(): Promise<void> {
    this.#require('open')
    await this.#during(() => this.#part.flush())
    await this.#uploads?.wait()
    this.#throwFailure()
  }

  async truncate(size: number): Promise<void> {
    this.#require('open')
    checkByteRange(0, size, this.#size)
    this.#throwFailure()
    if (size < this.#sent) {
      const cause = new Error(`The first ${this.#sent} bytes are sent, so the draft cannot be shorter than that.`)
      throw new UploadError('storage-failed', {}, { cause })
    }
    this.#state = 'truncating'
    try {
      await this.#during(() => this.#part.truncate(size - this.#sent))
      this.#size = size
    } finally {
      if (this.#state === 'truncating') this.#state = 'open'
    }
  }

  async seal(): Promise<SealedDraft> {
    this.#require('open')
    this.#state = 'sealing'
    const sealing = this.#during(() => this.#seal())
    this.#sealing = sealing
    try {
      const sealed = await sealing
      if (this.#state !== 'sealing') {
        await sealed.discard()
        throw new TypeError('The draft was discarded.')
      }
      this.#state = 'sealed'
      this.#sealed = sealed
      return sealed
    } catch (error) {
      // The draft is empty, but open for the caller: every later call rejects with the same failure.
      if (this.#state === 'sealing') this.#state = 'open'
      throw error
    }
  }

  async discard(): Promise<void> {
    if (this.#sealed !== undefined) return this.#sealed.discard()
    if (this.#state === 'discarded') return
    const isSealing = this.#state === 'sealing'
    this.#state = 'discarded'
    // `seal` itself removes the traces, because its upload may be complete already.
    if (isSealing) await this.#sealing?.catch(ignore)
    else await this.#release()
  }

  async expire(): Promise<void> {
    this.#failure ??= expired()
    await this.#release()
  }

  get #partSize(): number {
    return partSize((this.#uploads?.count ?? 0) + 1, this.#expectedSize)
  }

  #newPart(): Part {
    const size = this.#partSize
    return new Part(this.#place.memory, size, size > LARGEST_IN_MEMORY)
  }

  /** Sends the present part, and begins another one. Returns the promises to wait for. */
  *#sendPart(): Generator<Promise<void>, void, undefined> {
    this.#uploads ??= this.#beginUpload()
    const wait = this.#uploads.add(this.#part)
    if (wait !== undefined) yield wait
    this.#sent += this.#part.size
    this.#part = this.#newPart()
  }

  #beginUpload(): PartUploads {
    const { bucket, names } = this.#place
    if (this.#intended === undefined) {
      return new PartUploads(bucket, names.bytes(this.id), { metadata: { [WRITER]: this.id } })
    }
    const { head } = toObjectHead({ ...this.#intended, draft: this.id })
    return new PartUploads(bucket, names.file(this.#intended.key), head)
  }

  async #seal(): Promise<SealedS3Draft> {
    // A sweep must not abort an upload that is being completed.
    this.#place.expiring.delete(this)
    try {
      this.#throwFailure()
      // A bucket that cannot be used is told before the file counts as received.
      await this.#place.ready()
      const content = await this.#contentWhenWhole()
      const facts = { size: this.#size, intended: this.#intended, expiresAt: this.#expiresAt, keeps: 0 }
      return new SealedS3Draft(this.#place, this.id, content, facts)
    } catch (error) {
      await this.#release()
      throw error
    }
  }

  async #contentWhenWhole(): Promise<Content> {
    const uploads = this.#uploads
    if (uploads === undefined) {
      await this.#part.flush()
      return { kind: 'part', part: this.#part }
    }
    void uploads.add(this.#part)
    const upload = await uploads.finish()
    if (this.#intended !== undefined) return { kind: 'upload', upload }
    // From now on, `#release` must not abort it.
    this.#mayBeComplete = true
    await completeUpload(this.#place.bucket, upload, this.id)
    return { kind: 'object' }
  }

  async #release(): Promise<void> {
    this.#place.expiring.delete(this)
    await this.#part.dispose()
    if (this.#mayBeComplete) await this.#removeObject()
    else await this.#uploads?.abort()
  }

  /** Never rejects. */
  async #removeObject(): Promise<void> {
    const { bucket, names } = this.#place
    await bucket.delete(names.bytes(this.id)).catch(() => {
      // The engine does not answer: a sweep removes the object.
    })
  }

  async #during<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      this.#failure ??= toS3Error(error)
      throw this.#failure
    }
  }

  /** Notes that a part could not be sent. */
  #noteFailure(): void {
    const error = this.#uploads?.failure
    if (error !== undefined) this.#failure ??= toS3Error(error)
  }

  #throwFailure(): void {
    this.#noteFailure()
    if (this.#failure !== undefined) throw this.#failure
  }

  #require(state: State): void {
    if (this.#state !== state) throw new TypeError(`The draft is ${this.#state}, not ${state}.`)
  }
}

/** A promise whose rejection the caller may ignore, because the next call rejects, too. */
function handled(promise: Promise<void>): Promise<void> {
  promise.catch(ignore)
  return promise
}

function ignore(): void {}
