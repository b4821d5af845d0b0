import type { SealedDraft } from '../../storage/draft.ts'
import type { FileRecord, StorageEntry } from '../../storage/storage-entry.ts'
import type { StorageTransaction } from '../../storage/transaction.ts'
import type { Faults } from './faults.ts'

/** A transaction whose medium may break. */
export class FailingTransaction implements StorageTransaction {
  readonly id: string
  declare readonly journal?: string
  readonly #transaction: StorageTransaction
  readonly #faults: Faults
  readonly #unwrap: (sealed: SealedDraft) => SealedDraft
  readonly #delayed: Set<StorageTransaction>
  /** True if the last commit failed here. The storage itself does not know of it. */
  #hasFailed = false

  /**
   * @param unwrap the storage's own draft, the only kind that it accepts
   * @param delayed the transactions that `sweep` is to commit
   */
  constructor(
    transaction: StorageTransaction,
    faults: Faults,
    unwrap: (sealed: SealedDraft) => SealedDraft,
    delayed: Set<StorageTransaction>,
  ) {
    this.#transaction = transaction
    this.id = transaction.id
    if (transaction.journal !== undefined) this.journal = transaction.journal
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

  async commit(): Promise<void> {
    this.#hasFailed = true
    this.#faults.meet('commit')
    this.#hasFailed = false
    await this.#transaction.commit()
    this.#delayed.delete(this)
  }

  async defer(): Promise<void> {
    if (this.#hasFailed) this.#delayed.add(this)
    else await this.#transaction.defer()
  }

  async rollback(): Promise<boolean> {
    this.#delayed.delete(this)
    return this.#transaction.rollback()
  }
}
