import { UploadError } from '../../errors/upload-error.ts'
import { checkByteRange } from '../byte-range.ts'
import type { SealedDraft } from '../draft.ts'
import { requireKey } from '../require-key.ts'
import type { FileRecord, StorageEntry } from '../storage-entry.ts'
import { parseTimedKey } from '../timed-id.ts'
import { abortUpload, completeUpload, copyObject } from './multipart-upload.ts'
import type { UploadState } from './multipart-upload.ts'
import { newFileTime, toNewEntry, toObjectHead } from './object-record.ts'
import type { NewFile } from './object-record.ts'
import { PART_SIZE } from './part-size.ts'
import { Part } from './part.ts'
import { readObject } from './read-object.ts'
import { textBody, WRITER } from './s3-bucket.ts'
import { isRefused, toS3Error } from './s3-error.ts'
import type { S3Place } from './s3-place.ts'

type State = 'sealed' | 'publishing' | 'reserved' | 'published' | 'kept' | 'discarded'

/** The place of the bytes of a whole draft. */
export type Content =
  /** In this process. */
  | { readonly kind: 'part'; readonly part: Part }
  /** In a private object. */
  | { readonly kind: 'object' }
  /** In an upload to the key of the file, which is not completed. */
  | { readonly kind: 'upload'; readonly upload: UploadState }

/** The file that a draft was intended to become. */
export interface IntendedFile {
  readonly key: string
  readonly record: FileRecord | undefined
  readonly storedAt: number
}

/** Facts of a whole draft beside its bytes. */
export interface SealedFacts {
  readonly size: number
  readonly intended?: IntendedFile | undefined
  readonly expiresAt?: Date | undefined
  /** How often the draft was set aside. */
  readonly keeps: number
}

/** A file that a transaction has to publish, as plain data. Any process can publish it. */
export interface ReservedFile extends NewFile {
  /** Absent: the bytes are in the private object of the draft. */
  readonly upload?: UploadState
}

/** A complete draft of a bucket. */
export class SealedS3Draft implements SealedDraft {
  readonly id: string
  readonly size: number
  readonly #place: S3Place
  readonly #intended: IntendedFile | undefined
  readonly #keeps: number
  #content: Content
  #state: State = 'sealed'
  #staging: Promise<void> | undefined
  #publishing: Promise<unknown> | undefined
  /** Whether the upload may have been completed, so that it must not be aborted. */
  #mayBeComplete = false
  #isExpired = false

  constructor(place: S3Place, id: string, content: Content, { size, intended, expiresAt, keeps }: SealedFacts) {
    this.id = id
    this.size = size
    this.#place = place
    this.#content = content
    this.#intended = intended
    this.#keeps = keeps
    if (expiresAt !== undefined) place.expiring.set(this, expiresAt)
  }

  stream(start: number = 0, end: number = this.size): AsyncIterable<Uint8Array> {
    if (this.#state !== 'reserved') this.#require('sealed')
    this.#requireFree('read')
    checkByteRange(start, end, this.size)
    const { bucket, names } = this.#place
    switch (this.#content.kind) {
      case 'part':
        return this.#content.part.stream(start, end)
      case 'object':
        return readObject(bucket, { name: names.bytes(this.id), start, end })
      case 'upload':
        throw new TypeError('An upload that is not completed cannot be read.')
    }
  }

  async publish(key: string, record?: FileRecord): Promise<StorageEntry | undefined> {
    this.#require('sealed')
    const file = this.#toFile(key, record)
    this.#state = 'publishing'
    const ended = Promise.withResolvers<void>()
    this.#publishing = ended.promise
    try {
      const isPublished = await this.#publish(file)
      this.#state = isPublished ? 'published' : 'sealed'
      return isPublished ? toNewEntry(file) : undefined
    } catch (error) {
      this.#state = 'sealed'
      throw toS3Error(error)
    } finally {
      ended.resolve()
    }
  }

  async keep(expiresAt: Date, note: string): Promise<void> {
    this.#require('sealed')
    this.#requireFree('set aside')
    this.#state = 'kept'
    try {
      await this.stage()
      const { bucket, names } = this.#place
      await bucket.put(names.kept(this.id, this.#keeps, expiresAt), textBody(note), { metadata: {} })
      this.#place.expiring.delete(this)
    } catch (error) {
      this.#state = 'sealed'
      throw toS3Error(error)
    }
  }

  async discard(): Promise<void> {
    // Publishing cannot be stopped halfway, so wait for its end.
    while (this.#state === 'publishing') await this.#publishing
    if (this.#state !== 'sealed') return
    this.#state = 'discarded'
    await this.#remove()
  }

  /** Ends a draft whose time is over, unless it is about to become a file: then a row may name it already. */
  async expire(): Promise<void> {
    if (this.#state !== 'sealed') return
    this.#isExpired = true
    await this.#remove()
  }

  /** Gives the draft to a transaction, which publishes the file. Rejects with the engine's error. */
  async reserve(key: string, record: FileRecord | undefined): Promise<ReservedFile> {
    this.#require('sealed')
    const file = this.#toFile(key, record)
    this.#state = 'reserved'
    return this.#content.kind === 'upload' ? { ...file, upload: this.#content.upload } : file
  }

  /** Brings the bytes to the engine, so that other processes can publish them. Rejects with the engine's error. */
  async stage(): Promise<void> {
    if (this.#content.kind !== 'part') return
    const { part } = this.#content
    const { bucket, names } = this.#place
    this.#staging ??= part.send(async (body) => {
      await bucket.put(names.bytes(this.id), body, { metadata: { [WRITER]: this.id } })
    })
    try {
      await this.#staging
    } finally {
      this.#staging = undefined
    }
    this.#content = { kind: 'object' }
    await part.dispose()
  }

  /** Ends the reservation. */
  release(isPublished: boolean): void {
    if (this.#state === 'reserved') this.#state = isPublished ? 'published' : 'sealed'
    if (isPublished) this.#place.expiring.delete(this)
  }

  isIn(place: S3Place): boolean {
    return this.#place === place
  }

  #toFile(key: string, record: FileRecord | undefined): NewFile {
    requireKey(key, this.#place.names.isKey(key))
    if (this.#isExpired) throw expired()
    const intended = this.#intended
    if (intended === undefined) {
      return { key, draft: this.id, size: this.size, storedAt: newFileTime(key), record }
    }
    if (key !== intended.key || JSON.stringify(record) !== JSON.stringify(intended.record)) {
      throw new TypeError(`The draft was intended for ${JSON.stringify(intended.key)}, and cannot become another file.`)
    }
    return { draft: this.id, size: this.size, ...intended }
  }

  async #publish(file: NewFile): Promise<boolean> {
    const hasRecord = await writeRecord(this.#place, file)
    try {
      const isPublished = await this.#bringToKey(file)
      if (hasRecord) await this.#endRecord(isPublished).catch(ignore)
      if (isPublished) await this.#forget().catch(ignore)
      return isPublished
    } catch (error) {
      // The answer may be lost, so the file may be there although the caller is told that it is not.
      if (!isRefused(error)) await this.#takeBack(file.key)
      throw error
    }
  }

  /** Keeps the record that was written, or removes it. */
  async #endRecord(isKept: boolean): Promise<void> {
    const { bucket, names } = this.#place
    if (!isKept) await bucket.delete(names.record(this.id))
    await bucket.delete(names.recordMark(this.id))
  }

  /** False if the key is taken. */
  async #bringToKey(file: NewFile): Promise<boolean> {
    const { bucket, names } = this.#place
    const name = names.file(file.key)
    const content = this.#content
    if (content.kind === 'upload') {
      this.#mayBeComplete = true
      await completeUpload(bucket, content.upload, this.id)
      return true
    }
    const { head } = toObjectHead(file)
    if (content.kind === 'part') return content.part.send((body) => bucket.putNew(name, body, head))
    if (parseTimedKey(file.key) !== undefined) {
      if (await copyObject(bucket, { name: names.bytes(this.id), size: this.size }, name, head)) return true
      throw new Error('The bytes of the draft are gone.')
    }
    return this.#putAgain(name, file)
  }

  /** Copies do not refuse to overwrite, so a key that others may choose needs a request with the bytes. */
  async #putAgain(name: string, file: NewFile): Promise<boolean> {
    if (this.size > PART_SIZE) {
      throw new TypeError(
        `${JSON.stringify(file.key)} cannot be the key of so large a file: ` +
          'use a key with a timed id, as "unique" makes it.',
      )
    }
    const part = new Part(this.#place.memory, this.size, false)
    try {
      const { bucket, names } = this.#place
      for await (const chunk of readObject(bucket, { name: names.bytes(this.id), start: 0, end: this.size })) {
        await part.append(chunk)
      }
      return await part.send((body) => bucket.putNew(name, body, toObjectHead(file).head))
    } finally {
      await part.dispose()
    }
  }

  /** Deletes the file if this draft has become one. Never rejects. */
  async #takeBack(key: string): Promise<void> {
    try {
      const { bucket, names } = this.#place
      const found = await bucket.head(names.file(key))
      if (found?.metadata[WRITER] === this.id) await bucket.delete(names.file(key))
    } catch {
      // The engine does not answer: perhaps the file is there, and no row names it.
    }
  }

  /** Removes every trace but the file. Never rejects. */
  async #remove(): Promise<void> {
    try {
      if (this.#content.kind === 'upload' && !this.#mayBeComplete) {
        await abortUpload(this.#place.bucket, this.#content.upload)
      }
      await this.#forget()
    } catch {
      // The engine does not answer: a sweep removes the rest.
    }
  }

  async #forget(): Promise<void> {
    const { bucket, names, expiring } = this.#place
    expiring.delete(this)
    if (this.#content.kind === 'part') await this.#content.part.dispose()
    if (this.#content.kind !== 'object') return
    if (this.#keeps === 0) return bucket.delete(names.bytes(this.id))
    const { objects } = await bucket.list({ prefix: names.draft(this.id) })
    const mark = names.recordMark(this.id)
    // A sweep removes the mark with the record.
    await bucket.deleteAll(objects.map(({ name }) => name).filter((name) => name !== mark))
  }

  #requireFree(use: string): void {
    if (this.#intended === undefined) return
    throw new TypeError(`The draft was intended for its key, so it cannot be ${use}.`)
  }

  #require(state: State): void {
    if (this.#state !== state) throw new TypeError(`The draft is ${this.#state}, not ${state}.`)
  }
}

/**
 * Writes the record of a file if it does not fit into the metadata. False if it does. It comes before the file, and is
 * marked until the file is there. So a sweep can remove the record of a file that never came.
 */
export async function writeRecord({ bucket, names }: S3Place, file: NewFile): Promise<boolean> {
  const { record } = toObjectHead(file)
  if (record === undefined) return false
  await bucket.put(names.recordMark(file.draft), textBody(file.key), { metadata: {} })
  await bucket.put(names.record(file.draft), textBody(record), { metadata: {} })
  return true
}

/** Removes the record of a draft that is swept, unless it belongs to a file. Rejects with the engine's error. */
export async function sweepRecord({ bucket, names }: S3Place, draft: string): Promise<void> {
  const key = await bucket.text(names.recordMark(draft))
  if (key === undefined || (await bucket.head(names.file(key)))?.metadata[WRITER] === draft) return
  await bucket.delete(names.record(draft))
}

/** Ignores a failure to remove a trace: a sweep removes it. */
function ignore(): void {}

/** The failure of a draft whose time is over. */
export function expired(): UploadError<'storage-failed'> {
  return new UploadError('storage-failed', {}, { cause: new Error('The draft expired.') })
}
