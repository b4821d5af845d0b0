import type { SealedDraft } from './draft.ts'
import type { FileRecord, StorageEntry } from './storage-entry.ts'

/**
 * Drafts that become visible together, under keys that are known before: reserve ... -> prepare -> commit | rollback. For
 * whoever has to write the keys down elsewhere, in a row of a database say, before there is anything to see.
 */
export interface StorageTransaction {
  /**
   * Promises `key` to a sealed draft of the same storage: nobody else gets it until the transaction is over. Returns the
   * entry as it will be; `undefined` where the key is taken or promised already. The draft is not to be used meanwhile.
   * Rejects with `storage-full` or `storage-failed`, and with a TypeError for what is no key, for another storage's draft
   * and after `prepare`.
   *
   * @param record as for `SealedDraft.publish`
   */
  reserve(draft: SealedDraft, key: string, record?: FileRecord): Promise<StorageEntry | undefined>
  /**
   * Writes all that was promised down, in one atomic step, so that it outlives this process: from here on the files are
   * published by `commit`, or settled by a later `Storage.sweep`. Rejects with `storage-full` or `storage-failed`.
   */
  prepare(): Promise<void>
  /**
   * Publishes them all. Rejects with `storage-failed` or `storage-full` where that is not possible now: they stay promised
   * then, and it can be tried again, left to `sweep`, or rolled back. A TypeError before `prepare`.
   */
  commit(): Promise<void>
  /**
   * Leaves it to `Storage.sweep` to publish what `commit` could not, whoever sweeps: the decision is made. A TypeError but
   * after a `commit` that failed; else never rejects.
   */
  defer(): Promise<void>
  /**
   * Gives the keys back, and takes back what a `commit` that failed has published. The drafts are as they were before,
   * sealed, and their owner's to discard. Where the storage cannot do that now, the next `sweep` discards them. Harmless
   * when it is over. Never rejects.
   */
  rollback(): Promise<void>
}

/**
 * What has become of a prepared transaction whose process died before it said so: `publish` where the keys were written
 * down elsewhere, `discard` where they were not. Asked by `sweep`; one that throws is asked again by the next.
 *
 * @param keys all keys of one transaction in this storage
 */
export type Recover = (keys: readonly string[]) => 'publish' | 'discard' | Promise<'publish' | 'discard'>
