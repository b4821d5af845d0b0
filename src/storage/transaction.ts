import type { SealedDraft } from './draft.ts'
import type { FileRecord, StorageEntry } from './storage-entry.ts'

/**
 * Drafts that become visible together, under keys that are known before: reserve ... -> prepare -> commit | rollback. For
 * whoever has to write the keys down elsewhere, in a row of a database say, before there is anything to see.
 */
export interface StorageTransaction extends TransactionLeader {
  /**
   * Promises `key` to a sealed draft of the same storage: no other draft gets it until the transaction is over. Resolves
   * to the entry as it will be, or to `undefined` if the key is taken or promised already. Do not use the draft
   * meanwhile. Rejects with `storage-full` or `storage-failed`. Rejects with a TypeError for a key that is not valid, for
   * a draft of another storage, and after `prepare`.
   *
   * @param record as for `SealedDraft.publish`
   */
  reserve(draft: SealedDraft, key: string, record?: FileRecord): Promise<StorageEntry | undefined>
  /**
   * Writes all that was promised down, in one atomic step, so that it outlives this process: from here on the files are
   * published by `commit`, or settled by a later `Storage.sweep`. Rejects with `storage-full` or `storage-failed`.
   *
   * @param followers the journals of the transactions that were begun with this one as their leader: it is prepared first,
   *   and ends last
   */
  prepare(followers?: readonly string[]): Promise<void>
  /**
   * Decides that they are published, and publishes them all. Rejects with `storage-failed` or `storage-full` if that is not
   * possible now: they stay promised then, and it can be tried again, left to `sweep`, or rolled back, if it is not decided yet. A
   * TypeError before `prepare`.
   */
  commit(): Promise<void>
  /**
   * Leaves it to `Storage.sweep` to publish what `commit` could not, whoever sweeps: the decision is made. A TypeError but
   * after a `commit` that failed; else never rejects.
   */
  defer(): Promise<void>
  /**
   * Gives the keys back. The drafts are as they were before, sealed, and their owner's to discard. If the storage cannot do that
   * now, the next `sweep` discards them. False if a `commit`, or another process, has decided that they are published: they
   * are then, if need be by the next `sweep`. Harmless when it is over. Never rejects.
   */
  rollback(): Promise<boolean>
}

/** A transaction that those of other storages can follow. */
export interface TransactionLeader {
  /** Unique, and that of the transactions that follow it, too: for a row that says that it has happened. */
  readonly id: string
  /** Where its verdict is, for those that follow it; absent if nothing of it outlives the process. */
  readonly journal?: string
}

/** A prepared transaction whose process said nothing more. */
export interface UnsettledTransaction {
  /** `StorageTransaction.id`. */
  readonly id: string
  /** All keys that it has in the storage that asks. */
  readonly keys: readonly string[]
}

/**
 * Decides about a prepared transaction: `publish` if the application has stored its row or its keys, `discard` if not.
 * A sweep asks only that of the first storage of a transaction. If it throws, the next sweep asks again.
 *
 * A row that exists stays, so `publish` counts at once. A missing row may still come while its process lives, so
 * `discard` counts if the process is certainly dead, or after a day.
 */
export type Recover = (transaction: UnsettledTransaction) => 'publish' | 'discard' | Promise<'publish' | 'discard'>
