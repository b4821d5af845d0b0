import { isUploadError, UploadError } from '../errors/upload-error.ts'
import type { Draft, SealedDraft } from '../storage/draft.ts'
import type { FileRecord, Storage, StorageEntry } from '../storage/storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { StorageTransaction } from '../storage/transaction.ts'
import { noneFree } from './conflict-numbers.ts'
import type { ConflictNumbers } from './conflict-numbers.ts'
import { toDraftNote } from './draft-note.ts'
import { EarlyKey } from './early-key.ts'
import { FileInspection } from './file-inspection.ts'
import type { FileRules } from './file-inspection.ts'
import { isImplied } from './implied-record.ts'
import type { PublishedFile } from './delete-files.ts'
import type { NumberedKey, Place } from './placement.ts'
import type { UploadHead } from './upload-head.ts'

/** Numbers that are tried one after the other, before the search for a free number takes larger steps. */
const PATIENCE = 4

/** Names that are tried at most. If they are all taken, the storage is wrong. */
const MAX_TRIES = 10_000

/** Publishes or reserves a draft under a key; `undefined` if the key is taken. */
type TakeKey = (sealed: SealedDraft, key: string, record: FileRecord | undefined) => Promise<StorageEntry | undefined>

/** The decisions of a set about a file that it admits. */
export interface Admission extends FileRules {
  /** The set's name. */
  readonly set: string
  readonly place: Place
  readonly numbers: ConflictNumbers
  readonly storage: Storage
  readonly toStoredFile: (entry: StorageEntry) => StoredFile
}

/** A draft under the policy of a set. Every protocol makes drafts, and only a draft can become a stored file. */
export class UploadDraft {
  readonly #draft: Draft | SealedDraft
  readonly #admission: Admission
  /** Absent if the draft was sealed and inspected before. */
  readonly #inspection: FileInspection | undefined
  /** Whether the draft may be read, and set aside. */
  readonly #isReadable: boolean
  #record: FileRecord
  #sealed: SealedDraft | undefined
  #published: PublishedFile | undefined
  readonly #early: EarlyKey | undefined

  /**
   * A sealed draft was inspected before; the record of its admission is the result.
   *
   * @param reads as in `UploadDraftOptions`
   */
  constructor(draft: Draft | SealedDraft, admission: Admission, reads?: 'never') {
    this.#draft = draft
    this.#admission = admission
    this.#record = admission.record
    this.#isReadable = reads !== 'never'
    if (isSealed(draft)) {
      this.#sealed = draft
      return
    }
    this.#inspection = new FileInspection(admission)
    if (!this.#isReadable) this.#early = EarlyKey.of(draft, this.#inspection, admission.place)
  }

  /** The claims of the client. */
  get head(): UploadHead {
    return this.#admission.head
  }

  /** The facts that are recorded with the file. `seal` finds some of them. */
  get record(): FileRecord {
    return this.#record
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
    if (isSealed(this.#draft)) throw new TypeError('The draft is sealed: it takes no more bytes.')
    this.#inspection?.append(bytes)
    const ready = this.#draft.append(bytes, isGiven)
    const told = this.#early?.note()
    if (told === undefined) return ready
    const both = told.then(() => ready)
    // The caller may ignore the promise: `seal` rejects, too.
    both.catch(() => {})
    return both
  }

  /**
   * To be called when the file is whole. Inspects it: its real type, and the checks of the set.
   *
   * @throws {UploadError} `file-too-small`, `type-mismatch`, `storage-full`, `storage-failed`; the errors of checks.
   */
  async seal(): Promise<void> {
    if (isSealed(this.#draft) || this.#inspection === undefined) throw new TypeError('The draft is sealed already.')
    this.#inspection.checkSize()
    if (this.#early !== undefined) await this.#early.end()
    const sealed = await this.#draft.seal()
    this.#record = await this.#inspection.inspect(sealed)
    this.#sealed = sealed
  }

  /** The file that the draft has become, or will become; `undefined` before it has a key. */
  get published(): PublishedFile | undefined {
    return this.#published
  }

  /** The name of the draft's set. */
  get set(): string {
    return this.#admission.set
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

  /**
   * As `SealedDraft.stream`, until the draft is published.
   *
   * @throws {TypeError} before `seal`, and for a draft that is never read.
   */
  stream(start?: number, end?: number): AsyncIterable<Uint8Array> {
    return this.#whole().stream(start, end)
  }

  /**
   * The absolute path of the draft, until it is published.
   *
   * @throws {TypeError} before `seal`, for a draft that is never read, and if the storage has no paths.
   */
  path(): string {
    const path = this.#whole().path?.()
    if (path === undefined) throw new TypeError(`A storage of kind "${this.storage.kind}" has no paths.`)
    return path
  }

  #whole(): SealedDraft {
    if (this.#sealed === undefined) throw new TypeError('Seal the draft before it is read.')
    this.#requireReadable('is read')
    return this.#sealed
  }

  #requireReadable(use: string): void {
    if (this.#isReadable) return
    throw new TypeError(`The draft ${use}, but it was opened with { reads: 'never' }. Leave that option out.`)
  }

  async #underFreeKey(take: TakeKey): Promise<StoredFile> {
    const sealed = this.#sealed
    if (sealed === undefined) throw new TypeError('Seal the draft before it is published.')
    let { place } = this.#admission
    for (;;) {
      try {
        return await this.#underFreeKeyOf(place, sealed, take)
      } catch (error) {
        place = aroundFile(place, error)
      }
    }
  }

  async #underFreeKeyOf(place: Place, sealed: SealedDraft, take: TakeKey): Promise<StoredFile> {
    const { numbers } = this.#admission
    const { key, timedKey, numberedKey } = place
    if (numberedKey === undefined) {
      const only = this.#early?.key ?? timedKey?.(!isImplied(key, this.#record)) ?? key
      const file = await this.#under(only, sealed, take)
      if (file === undefined) throw new UploadError('name-taken', { key: only })
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
    return this.#underNumberedKey(key, numberedKey, (numbered) => this.#under(numbered, sealed, take))
  }

  async #underNumberedKey(
    key: string,
    numberedKey: NumberedKey,
    under: (key: string) => Promise<StoredFile | undefined>,
  ): Promise<StoredFile> {
    const { numbers } = this.#admission
    for (let tries = 1; tries < MAX_TRIES; tries++) {
      const file = await under(numberedKey(numbers.take(key)))
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
   * @throws {TypeError} before `seal`, for a draft that is never read, and if the storage cannot set
   *   drafts aside.
   */
  async keep(expiresAt: Date): Promise<string> {
    const sealed = this.#sealed
    if (sealed === undefined) throw new TypeError('Seal the draft before it is set aside.')
    this.#requireReadable('is set aside')
    const { kind } = this.storage
    if (sealed.keep === undefined) throw new TypeError(`A storage of kind "${kind}" cannot set drafts aside.`)
    await sealed.keep(expiresAt, toDraftNote({ set: this.#admission.set, head: this.head, record: this.#record }))
    return sealed.id
  }

  /** Removes every trace of a draft that is not published. Never rejects. */
  discard(): Promise<void> {
    this.#early?.giveUp()
    return this.#draft.discard()
  }
}

function isSealed(draft: Draft | SealedDraft): draft is SealedDraft {
  return 'publish' in draft
}

/**
 * The place to try next if a file has the name of a folder on the way.
 *
 * @throws {UploadError} `name-taken` if only one key may be tried; `storage-failed` if the application has chosen the
 *   folder, because the client cannot choose another one. Any other error stays as it is.
 */
function aroundFile(place: Place, error: unknown): Place {
  if (!isUploadError(error) || error.code !== 'name-taken') throw error
  const { folder } = error.details
  if (folder === undefined || place.around === undefined) throw error
  const around = place.around(folder)
  if (around === undefined) throw new UploadError('storage-failed', {}, { cause: error.cause })
  return around
}
