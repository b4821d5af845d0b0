import type { SealedDraft } from '../../storage/draft.ts'
import type { FileRecord, StorageEntry } from '../../storage/storage-entry.ts'
import type { StorageTransaction } from '../../storage/transaction.ts'
import type { Faults } from './faults.ts'

/** The work on transactions that a sweep has to do. */
export type DelayedWork = Map<StorageTransaction, () => Promise<unknown>>

/** A transaction whose medium may break. */
export class FailingTransaction implements StorageTransaction {
  readonly id: string
  declare readonly journal?: string
  declare readonly addFollower?: (follower: string) => Promise<void>
  readonly #transaction: StorageTransaction
  readonly #faults: Faults
  readonly #unwrap: (sealed: SealedDraft) => SealedDraft
  readonly #delayed: DelayedWork
  /** True if the last commit failed here. The storage itself does not know of it. */
  #hasFailed = false

  /**
   * @param unwrap the storage's own draft, the only kind that it accepts
   * @param delayed the work that the next `sweep` does
   */
  constructor(
    transaction: StorageTransaction,
    faults: Faults,
    unwrap: (sealed: SealedDraft) => SealedDraft,
    delayed: DelayedWork,
  ) {
    this.#transaction = transaction
    this.id = transaction.id
    if (transaction.journal !== undefined) this.journal = transaction.journal
    const addFollower = transaction.addFollower?.bind(transaction)
    if (addFollower !== undefined) this.addFollower = addFollower
    this.#faults = faults
    this.#unwrap = unwrap
    this.#delayed = delayed
  }

  async reserve(draft: SealedDraft, key: string, record?: FileRecord): Promise<StorageEntry | undefined> {
    this.#faults.meet('reserve')
    return this.#transaction.reserve(this.#unwrap(draft), key, record)
  }

  async prepare(followers?: readonly string[]): Promise<void> {
    this.#faults.meet('prepare')
    await this.#transaction.prepare(followers)
  }

  async delete(key: string): Promise<boolean> {
    this.#faults.meet('delete')
    return this.#transaction.delete(key)
  }

  async commit(): Promise<void> {
    this.#hasFailed = true
    this.#faults.meet('commit')
    this.#hasFailed = false
    await this.#transaction.commit()
  }

  async finish(): Promise<readonly string[]> {
    try {
      this.#faults.meet('finish')
    } catch {
      // The error: the next `sweep` finishes the transaction.
      this.#delayed.set(this, () => this.#transaction.finish())
      return []
    }
    return this.#transaction.finish()
  }

  async defer(): Promise<void> {
    if (!this.#hasFailed) return this.#transaction.defer()
    this.#delayed.set(this, async () => {
      await this.commit()
      await this.finish()
    })
  }

  async rollback(): Promise<boolean> {
    this.#delayed.delete(this)
    return this.#transaction.rollback()
  }
}
