import type { SealedDraft } from './draft.ts'
import type { FileRecord, StorageEntry } from './storage-entry.ts'

/**
 * Drafts that become visible together, under keys that are known before: reserve ... -> prepare -> commit | rollback.
 * Between `prepare` and `commit`, an application can write the keys elsewhere, for example into a row of a database.
 */
export interface StorageTransaction extends TransactionLeader {
  /**
   * Promises `key` to a sealed draft of the same storage: no other draft gets the key until the transaction is over.
   * Resolves to the entry as it will be, or to `undefined` if the key is taken or promised already. Do not use the
   * draft meanwhile. Rejects with `storage-full` or `storage-failed`. Rejects with a TypeError for a key that is not
   * valid, for a draft of another storage, and after `prepare`.
   *
   * @param record as for `SealedDraft.publish`
   */
  reserve(draft: SealedDraft, key: string, record?: FileRecord): Promise<StorageEntry | undefined>
  /**
   * Writes down every promised key, in one atomic step, so that the transaction outlives this process. From then on,
   * the files are published by `commit`, or settled by a later `Storage.sweep`. Rejects with `storage-full` or
   * `storage-failed`.
   *
   * @param followers the journals of the transactions that follow this one. The leader is prepared first, and ends last
   */
  prepare(followers?: readonly string[]): Promise<void>
  /**
   * Decides that the files are published, and publishes all of them. Rejects with `storage-failed` or `storage-full` if
   * that is not possible now. The keys then stay promised: call `commit` again, or leave the files to `sweep` with
   * `defer`. If nothing is decided yet, `rollback` works, too. Rejects with a TypeError before `prepare`.
   */
  commit(): Promise<void>
  /**
   * Leaves the files that `commit` could not publish to the `Storage.sweep` of any process. The decision to publish is
   * made. Rejects with a TypeError unless a `commit` has failed before. Never rejects otherwise.
   */
  defer(): Promise<void>
  /**
   * Gives the keys back. The drafts are sealed as before, and their owner has to discard them. If the storage cannot do
   * that now, the next `sweep` discards them. False if a `commit`, or another process, has already decided to publish.
   * Then the files are published, at the latest by the next `sweep`. Harmless after the end. Never rejects.
   */
  rollback(): Promise<boolean>
}

/** A transaction that transactions of other storages can follow. */
export interface TransactionLeader {
  /** A unique id. Followers have the same one. An application can write it into a row of its database. */
  readonly id: string
  /** The place of the verdict, for the followers. Absent if the transaction ends with the process. */
  readonly journal?: string
}

/** A prepared transaction that its process has neither committed nor rolled back. */
export interface UnsettledTransaction {
  /** `StorageTransaction.id`. */
  readonly id: string
  /** All keys of the transaction in the storage that asks. */
  readonly keys: readonly string[]
}

/**
 * Decides about a prepared transaction: `publish` if the application has stored its row or its keys, `discard` if not.
 * If a transaction has several storages, only the `recover` of the first storage is asked. If it throws, the next sweep
 * asks again.
 *
 * A row that exists stays, so `publish` counts at once. A missing row may still come while its process lives. So
 * `discard` counts only if the process is certainly dead, or after a day.
 */
export type Recover = (transaction: UnsettledTransaction) => 'publish' | 'discard' | Promise<'publish' | 'discard'>
