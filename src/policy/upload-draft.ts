import { createHasher } from '#digest'
import { toDigestField } from '../digest/digest-field.ts'
import type { DigestAlgorithm, Hasher } from '../digest/hasher.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { Draft, SealedDraft } from '../storage/draft.ts'
import type { FileRecord, Storage, StorageEntry } from '../storage/storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { StorageTransaction } from '../storage/transaction.ts'
import { noneFree } from './conflict-numbers.ts'
import type { ConflictNumbers } from './conflict-numbers.ts'
import { toDraftNote } from './draft-note.ts'
import { FirstBytes } from './first-bytes.ts'
import { isImplied } from './implied-record.ts'
import { inspect } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import type { PublishedFile } from './delete-files.ts'
import type { NumberedKey } from './placement.ts'
import type { UploadHead } from './upload-head.ts'

/** Numbers that are tried one after the other, before the search for a free number takes larger steps. */
const PATIENCE = 4

/** Names that are tried at most. If they are all taken, the storage is wrong. */
const MAX_TRIES = 10_000

/** Publishes or reserves a draft under a key; `undefined` if the key is taken. */
type TakeKey = (sealed: SealedDraft, key: string, record: FileRecord | undefined) => Promise<StorageEntry | undefined>

/** The decisions of a set about a file that it admits. */
export interface Admission {
  /** The set's name. */
  readonly set: string
  readonly head: UploadHead
  readonly record: FileRecord
  readonly maxFileSize: number
  readonly minFileSize: number
  readonly key: string
  readonly numberedKey: NumberedKey | undefined
  readonly numbers: ConflictNumbers
  readonly storage: Storage
  readonly toStoredFile: (entry: StorageEntry) => StoredFile
  readonly inspection: Inspection
  /** The digest to record; `undefined` for none. */
  readonly digest: DigestAlgorithm | undefined
}

/** A draft under the policy of a set. Every protocol makes drafts, and only a draft can become a stored file. */
export class UploadDraft {
  readonly #draft: Draft | SealedDraft
  readonly #admission: Admission
  readonly #firstBytes = new FirstBytes()
  readonly #hasher: Hasher | undefined
  #record: FileRecord
  #sealed: SealedDraft | undefined
  #published: PublishedFile | undefined

  /** A sealed draft was inspected before; the record of its admission is the result. */
  constructor(draft: Draft | SealedDraft, admission: Admission) {
    this.#draft = draft
    this.#admission = admission
    this.#record = admission.record
    if (isSealed(draft)) this.#sealed = draft
    else if (admission.digest !== undefined) this.#hasher = createHasher(admission.digest)
  }

  /** The claims of the client. */
  get head(): UploadHead {
    return this.#admission.head
  }

  /** Bytes appended so far. */
  get size(): number {
    return this.#draft.size
  }

  /**
   * As `Draft.append`.
   *
   * @throws {UploadError} `file-too-large` at the first byte over the limit.
   */
  append(bytes: Uint8Array, isGiven?: boolean): Promise<void> | undefined {
    const { maxFileSize: limit, head } = this.#admission
    if (isSealed(this.#draft)) throw new TypeError('The draft is sealed: it takes no more bytes.')
    if (this.#draft.size + bytes.length > limit) {
      throw new UploadError('file-too-large', { limit, filename: head.filename, ...fieldOf(head) })
    }
    this.#firstBytes.append(bytes)
    this.#hasher?.update(bytes)
    return this.#draft.append(bytes, isGiven)
  }

  /**
   * To be called when the file is whole. Inspects it: its real type, and the checks of the set.
   *
   * @throws {UploadError} `file-too-small`, `type-mismatch`, `storage-full`, `storage-failed`; the errors of checks.
   */
  async seal(): Promise<void> {
    const { minFileSize: limit, head } = this.#admission
    if (isSealed(this.#draft)) throw new TypeError('The draft is sealed already.')
    if (this.#draft.size < limit) throw new UploadError('file-too-small', { limit, filename: head.filename })
    const sealed = await this.#draft.seal()
    const { inspection } = this.#admission
    const record = { ...this.#admission.record, ...this.#digest() }
    try {
      this.#record = await inspect(inspection, { head, record, sealed, firstBytes: this.#firstBytes.bytes })
    } finally {
      this.#firstBytes.release()
    }
    this.#sealed = sealed
  }

  /** The file that the draft has become, or will become; `undefined` before it has a key. */
  get published(): PublishedFile | undefined {
    return this.#published
  }

  /** The storage of the draft: a transaction takes the drafts of one storage. */
  get storage(): Storage {
    return this.#admission.storage
  }

  /**
   * Makes the draft a stored file, under the first of its keys that is free.
   *
   * @throws {UploadError} `name-taken` if only one key may be tried; `storage-full`, `storage-failed`.
   * @throws {TypeError} before `seal`.
   */
  publish(): Promise<StoredFile> {
    return this.#underFreeKey((sealed, key, record) => sealed.publish(key, record))
  }

  /**
   * Reserves the first of its keys that is free. Returns the stored file as it will be when `transaction` is committed.
   *
   * @throws as `publish`.
   */
  reserve(transaction: StorageTransaction): Promise<StoredFile> {
    return this.#underFreeKey((sealed, key, record) => transaction.reserve(sealed, key, record))
  }

  async #underFreeKey(take: TakeKey): Promise<StoredFile> {
    const sealed = this.#sealed
    if (sealed === undefined) throw new TypeError('Seal the draft before it is published.')
    const { key, numberedKey, numbers } = this.#admission
    if (numberedKey === undefined) {
      const file = await this.#under(key, sealed, take)
      if (file === undefined) throw new UploadError('name-taken', { key })
      return file
    }
    // Looking at a name that was taken before costs less than trying to publish under it.
    if (!numbers.has(key) || !(await this.#isTaken(key))) {
      const file = await this.#under(key, sealed, take)
      if (file !== undefined) {
        numbers.forget(key)
        return file
      }
    }
    return this.#underNumberedKey(numberedKey, sealed, take)
  }

  async #underNumberedKey(numberedKey: NumberedKey, sealed: SealedDraft, take: TakeKey): Promise<StoredFile> {
    const { key, numbers } = this.#admission
    for (let tries = 1; tries < MAX_TRIES; tries++) {
      const file = await this.#under(numberedKey(numbers.take(key)), sealed, take)
      if (file !== undefined) return file
      // The thousandth `image.png` must not try the 999 numbers before it.
      if (tries % PATIENCE === 0) await numbers.skip(key, (number) => this.#isTaken(numberedKey(number)))
    }
    throw noneFree()
  }

  async #isTaken(key: string): Promise<boolean> {
    const { storage } = this.#admission
    return storage.isTaken === undefined ? (await storage.stat(key)) !== undefined : storage.isTaken(key)
  }

  async #under(key: string, sealed: SealedDraft, take: TakeKey): Promise<StoredFile | undefined> {
    const entry = await take(sealed, key, isImplied(key, this.#record) ? undefined : this.#record)
    if (entry === undefined) return undefined
    this.#published = { key, version: entry.version }
    return this.#admission.toStoredFile(entry)
  }

  /**
   * Sets the draft aside until `expiresAt`. Returns the id by which `UploadSet.claim` gets it back.
   *
   * @throws {UploadError} `storage-full`, `storage-failed`.
   * @throws {TypeError} before `seal`, and if the storage cannot set drafts aside.
   */
  async keep(expiresAt: Date): Promise<string> {
    const sealed = this.#sealed
    if (sealed === undefined) throw new TypeError('Seal the draft before it is set aside.')
    const { kind } = this.storage
    if (sealed.keep === undefined) throw new TypeError(`A storage of kind "${kind}" cannot set drafts aside.`)
    await sealed.keep(expiresAt, toDraftNote({ set: this.#admission.set, head: this.head, record: this.#record }))
    return sealed.id
  }

  /** Removes every trace of a draft that is not published. Never rejects. */
  discard(): Promise<void> {
    return this.#draft.discard()
  }

  #digest(): { digest?: string } {
    const { digest: algorithm } = this.#admission
    if (algorithm === undefined || this.#hasher === undefined) return {}
    return { digest: toDigestField(algorithm, this.#hasher.digest()) }
  }
}

function isSealed(draft: Draft | SealedDraft): draft is SealedDraft {
  return 'publish' in draft
}

function fieldOf({ field }: UploadHead): { field?: string } {
  return field === undefined ? {} : { field }
}
