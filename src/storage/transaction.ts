import type { SealedDraft } from './draft.ts'
import type { FileRecord, StorageEntry } from './storage-entry.ts'

/**
 * Drafts that become visible together, under keys that are known before: reserve ... -> prepare -> reserve, delete ...
 * -> commit -> finish | rollback. Between `prepare` and `commit`, an application can write the keys elsewhere, for
 * example into a row of a database.
 */
export interface StorageTransaction extends TransactionLeader {
  /**
   * Promises `key` to a sealed draft of the same storage: no other draft gets the key until the transaction is over.
   * Resolves to the entry as it will be, or to `undefined` if the key is taken or promised already. Until the end, the
   * draft can only be read. Rejects with `storage-full` or `storage-failed`. Rejects with a TypeError for a key that is
   * not valid, for a draft of another storage, and after the end. Rejects with `name-taken` as `SealedDraft.publish`.
   *
   * After `prepare`, the promise outlives this process as soon as the call resolves. If it rejects, it counts for
   * nothing. Wait for it before you end the transaction.
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
   * Adds a transaction that follows this one, after `prepare`. Call it before that transaction is prepared. Rejects
   * with `storage-full` or `storage-failed`. Absent without a `journal`.
   *
   * @param follower the journal of the other transaction
   */
  addFollower?(follower: string): Promise<void>
  /**
   * Writes down that the file of `key` is deleted with the commit, if it still has the version that it has now. Nothing
   * happens to it before that. False if there is no such file. If the key is promised to another transaction, waits
   * until that is over, because a row may name its file already. Rejects with `overloaded` if that takes too long (ten
   * seconds), with `storage-full` or `storage-failed`. Rejects with a TypeError before `prepare` and after the end.
   */
  delete(key: string): Promise<boolean>
  /**
   * Decides that the files are published, and publishes all of them. If a transaction has several storages and one of
   * them is to delete a file, each of them waits for `finish`. Rejects with `storage-failed` or `storage-full` if that
   * is not possible now. The keys then stay promised: call `commit` again, or leave the files to `sweep` with `defer`.
   * If nothing is decided yet, `rollback` works, too. Rejects with a TypeError before `prepare`.
   */
  commit(): Promise<void>
  /**
   * Deletes the files of `delete`, after the `commit` of all storages. Resolves to the keys of the files that were not
   * deleted, because they have another version by now. Only needed if one of the storages is to delete a file, and
   * harmless otherwise. The leader finishes last. Never rejects: if the storage fails, the next `sweep` deletes the
   * files.
   */
  finish(): Promise<readonly string[]>
  /**
   * Leaves the files that `commit` could not publish, and those that are not deleted yet, to the `Storage.sweep` of any
   * process. The decision to publish is made. Rejects with a TypeError before `commit`. Harmless after the end. Never
   * rejects otherwise.
   */
  defer(): Promise<void>
  /**
   * Gives the keys back, and forgets the files to delete. The drafts are sealed as before, and their owner has to
   * discard them. If the storage cannot do that now, the next `sweep` discards them. False if a `commit`, or another
   * process, has already decided to publish. Then the files are published, at the latest by the next `sweep`. Harmless
   * after the end. Never rejects.
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
  /**
   * The keys of all files that the transaction publishes in the storage that asks. It is empty if the transaction only
   * deletes files there, or only publishes files of other storages. So look for the row by `id` if the handler deletes
   * files or saves files of its own.
   */
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
