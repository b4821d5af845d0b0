import type { StoredFile } from '../storage/stored-file.ts'
import type { Storage } from '../storage/storage.ts'
import type { StorageTransaction } from '../storage/transaction.ts'
import { deleteFiles } from './delete-files.ts'
import type { PublishedFile } from './delete-files.ts'
import type { UploadDraft } from './upload-draft.ts'

/** The part of a transaction in one storage. */
interface Participant {
  readonly transaction: StorageTransaction
  readonly files: PublishedFile[]
  isCommitted: boolean
}

/**
 * Drafts of any sets that become stored files together, under keys that are known before. The first storage that can
 * hold a verdict is the leader: it holds the verdict for all, and the others follow.
 */
export class UploadTransaction {
  readonly #participants = new Map<Storage, Participant>()
  #leader: StorageTransaction | undefined
  #id: string | undefined

  /** Unique. `recover` of a storage gets it. Read it when all keys are reserved. */
  get id(): string {
    this.#id ??= this.#leader?.id ?? crypto.randomUUID()
    return this.#id
  }

  /**
   * Reserves a key for the draft. Returns the stored file as it will be.
   *
   * @throws as `UploadDraft.publish`.
   * @throws {TypeError} if the set's storage has no transactions.
   */
  async reserve(draft: UploadDraft): Promise<StoredFile> {
    const { transaction, files } = this.#participantOf(draft.storage)
    const file = await draft.reserve(transaction)
    if (draft.published !== undefined) files.push(draft.published)
    return file
  }

  /**
   * Makes all reservations outlive this process. The leader comes first: it alone can settle the others.
   *
   * @throws {UploadError} `storage-full`, `storage-failed`; roll back then.
   */
  async prepare(): Promise<void> {
    const followers = this.#followers
    await this.#leader?.prepare(followers.flatMap(({ transaction }) => transaction.journal ?? []))
    for (const { transaction } of followers) await transaction.prepare()
  }

  /**
   * Publishes all drafts. The leader comes last: it may end when no other storage follows it any more.
   *
   * @throws {UploadError} `storage-failed`, `storage-full`, after all storages have tried; defer or roll back then.
   */
  async commit(): Promise<void> {
    const commit = async (participant: Participant): Promise<void> => {
      await participant.transaction.commit()
      participant.isCommitted = true
    }
    const results = await Promise.allSettled(this.#followers.map(commit))
    results.push(...(await Promise.allSettled(this.#leaders.map(commit))))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  /** Leaves the files that could not be published to the next `sweep` of their storages. Never rejects. */
  async defer(): Promise<void> {
    for (const { transaction, isCommitted } of this.#participants.values()) if (!isCommitted) await transaction.defer()
  }

  /**
   * Undoes everything. The caller discards the drafts. False if an earlier verdict says that they are published: the
   * next `sweep` publishes the rest. Never rejects.
   */
  async rollback(): Promise<boolean> {
    let isTakenBack = true
    const participants = [...this.#participants]
    // Storages with a verdict come first: they alone know whether the transaction can be undone.
    const withVerdict = participants.filter(([, { transaction }]) => transaction.journal !== undefined)
    for (const [, { transaction }] of withVerdict) isTakenBack = (await transaction.rollback()) && isTakenBack
    for (const [storage, { transaction, files, isCommitted }] of participants) {
      if (transaction.journal !== undefined) continue
      if (!isCommitted) await transaction.rollback()
      else if (isTakenBack) await deleteFiles(storage, files)
    }
    return isTakenBack
  }

  get #leaders(): Participant[] {
    return [...this.#participants.values()].filter(({ transaction }) => transaction === this.#leader)
  }

  get #followers(): Participant[] {
    return [...this.#participants.values()].filter(({ transaction }) => transaction !== this.#leader)
  }

  #participantOf(storage: Storage): Participant {
    const known = this.#participants.get(storage)
    if (known !== undefined) return known
    const transaction = storage.createTransaction?.(this.#leader)
    if (transaction === undefined) throw new TypeError(`A storage of kind "${storage.kind}" has no transactions.`)
    if (transaction.journal !== undefined) this.#leader ??= transaction
    const participant = { transaction, files: [], isCommitted: false }
    this.#participants.set(storage, participant)
    return participant
  }
}
