import type { Storage } from '../storage/storage.ts'
import type { StoredFile } from '../storage/stored-file.ts'
import type { StorageTransaction } from '../storage/transaction.ts'
import { checkTogether } from './check-together.ts'
import { deleteFiles } from './delete-files.ts'
import type { PublishedFile } from './delete-files.ts'
import type { DraftSource } from './draft-source.ts'
import type { SkippedDeletion } from './file-transaction.ts'
import type { UploadDraft } from './upload-draft.ts'

/** The part of a transaction in one storage. */
interface Participant {
  /** The name of the set that brought the storage in. */
  readonly name: string
  readonly storage: Storage
  readonly transaction: StorageTransaction
  readonly files: PublishedFile[]
  readonly deletes: SkippedDeletion[]
  isCommitted: boolean
}

/** A set, as far as a transaction knows it. */
type Member = Pick<DraftSource, 'name' | 'storage'>

/**
 * Drafts of any sets that become stored files together, under keys that are known before. The first storage that can
 * hold a verdict is the leader: it holds the verdict for all, and the others follow.
 */
export class UploadTransaction {
  readonly #participants = new Map<Storage, Participant>()
  #leader: StorageTransaction | undefined
  #id: string | undefined
  #isPrepared = false
  /** The last storage that joins a prepared transaction. They join one after the other, and the first one may lead. */
  #joining: Promise<unknown> = Promise.resolve()
  #skipped: readonly SkippedDeletion[] = []

  /** Unique. `recover` of a storage gets it. Read it when all keys are reserved. */
  get id(): string {
    this.#id ??= this.#leader?.id ?? crypto.randomUUID()
    return this.#id
  }

  /** After `commit`: the files that were not deleted, because another file has the key. */
  get skipped(): readonly SkippedDeletion[] {
    return this.#skipped
  }

  /** @throws {TypeError} for a set whose storage cannot take part. */
  check(set: Member): void {
    checkTogether([...this.#participants.values(), set])
  }

  /**
   * Reserves a key for the draft. Returns the stored file as it will be. After `prepare`, the draft takes part in what
   * is prepared as soon as this resolves.
   *
   * @throws as `UploadDraft.publish`.
   * @throws {TypeError} if the set's storage has no transactions, or another `recover` than the others.
   */
  async reserve(draft: UploadDraft): Promise<StoredFile> {
    const { transaction, files } = await this.#participantOf({ name: draft.set, storage: draft.storage })
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
    this.#isPrepared = true
  }

  /**
   * Deletes the file with the commit, after `prepare`. False if there is no such file.
   *
   * @throws {UploadError} `overloaded`, `storage-full`, `storage-failed`.
   * @throws {TypeError} as `reserve`.
   */
  async delete(set: Member, key: string): Promise<boolean> {
    const { transaction, deletes } = await this.#participantOf(set)
    const isThere = await transaction.delete(key)
    if (isThere) deletes.push({ set: set.name, key })
    return isThere
  }

  /**
   * Publishes all drafts, and then deletes files. The leader comes last: it may end when no other storage follows it
   * any more.
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
    if (this.#hasDeletes) await this.#finish()
  }

  /** Leaves the work that is not done to the next `sweep` of the storages. Never rejects. */
  async defer(): Promise<void> {
    for (const { transaction, isCommitted } of this.#participants.values())
      if (!isCommitted || this.#hasDeletes) await transaction.defer()
  }

  /**
   * Undoes everything. The caller discards the drafts. False if an earlier verdict says that they are published: the
   * next `sweep` publishes the rest. Never rejects.
   */
  async rollback(): Promise<boolean> {
    let isTakenBack = true
    const participants = [...this.#participants.values()]
    // Storages with a verdict come first: they alone know whether the transaction can be undone.
    const withVerdict = participants.filter(({ transaction }) => transaction.journal !== undefined)
    for (const { transaction } of withVerdict) isTakenBack = (await transaction.rollback()) && isTakenBack
    for (const { storage, transaction, files, isCommitted } of participants) {
      if (transaction.journal !== undefined) continue
      if (!isCommitted) await transaction.rollback()
      else if (isTakenBack) await deleteFiles(storage, files)
    }
    return isTakenBack
  }

  /** Whether there is a file to delete. Then each storage waits until all have published. */
  get #hasDeletes(): boolean {
    return [...this.#participants.values()].some(({ deletes }) => deletes.length > 0)
  }

  async #finish(): Promise<void> {
    const skipped: SkippedDeletion[] = []
    for (const { transaction, deletes } of [...this.#followers, ...this.#leaders]) {
      const keys = await transaction.finish()
      skipped.push(...deletes.filter(({ key }) => keys.includes(key)))
    }
    this.#skipped = skipped
  }

  get #leaders(): Participant[] {
    return [...this.#participants.values()].filter(({ transaction }) => transaction === this.#leader)
  }

  get #followers(): Participant[] {
    return [...this.#participants.values()].filter(({ transaction }) => transaction !== this.#leader)
  }

  #participantOf(set: Member): Participant | Promise<Participant> {
    const known = this.#participants.get(set.storage)
    if (known !== undefined) return known
    if (!this.#isPrepared) return this.#add(this.#toParticipant(set))
    const joining = this.#joining.then(() => this.#participants.get(set.storage) ?? this.#join(set))
    this.#joining = joining.catch(() => {
      // The caller of the storage that failed to join gets the failure.
    })
    return joining
  }

  #toParticipant({ name, storage }: Member): Participant {
    this.check({ name, storage })
    const transaction = storage.createTransaction?.(this.#leader ?? (this.#isPrepared ? { id: this.id } : undefined))
    if (transaction === undefined) throw new TypeError(`A storage of kind "${storage.kind}" has no transactions.`)
    return { name, storage, transaction, files: [], deletes: [], isCommitted: false }
  }

  #add(participant: Participant): Participant {
    const { transaction, storage } = participant
    if (transaction.journal !== undefined) this.#leader ??= transaction
    this.#participants.set(storage, participant)
    return participant
  }

  /**
   * Lets a storage join a transaction that is prepared already. The leader notes it first. So the leader cannot end
   * before a follower that is prepared. A follower that is never prepared does not keep the leader.
   */
  async #join(set: Member): Promise<Participant> {
    const participant = this.#toParticipant(set)
    const { transaction } = participant
    try {
      if (transaction.journal !== undefined) await this.#leader?.addFollower?.(transaction.journal)
      await transaction.prepare()
    } catch (error) {
      await transaction.rollback()
      throw error
    }
    return this.#add(participant)
  }
}
