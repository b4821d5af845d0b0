import type { ClaimedDraft, Draft, DraftOptions } from './draft.ts'
import type { StorageEntry } from './storage-entry.ts'
import type { StorageTransaction, TransactionLeader } from './transaction.ts'

export type { FileRecord, StorageEntry } from './storage-entry.ts'

/**
 * A stored file, open: the entry tells of exactly the bytes that `stream` gives, whatever happens to the key meanwhile.
 */
export interface OpenFile {
  readonly entry: StorageEntry
  /**
   * The bytes from `start` (default 0) up to but not including `end` (default the size). Reading to the end or
   * returning early closes the file. To be called at most once; throws a TypeError else, or for no range. Each chunk stays
   * as it is. Rejects with `storage-failed` if the file became shorter.
   */
  stream(start?: number, end?: number): AsyncIterable<Uint8Array>
  /**
   * The same bytes without waiting, in place of `stream`, if they are few and in memory; `undefined` otherwise, and then
   * `stream` can still be called. The caller owns their memory, and may write to it or transfer it. Throws
   * `storage-failed`. Optional.
   */
  bytes?(start: number, end: number): Uint8Array | undefined
  /** Closes the file where it was not read; harmless otherwise. */
  close(): Promise<void>
}

/** Which entries to list. */
export interface ListOptions {
  /** Keys below this folder only, at any depth; default all. */
  readonly folder?: string
  /** `name`: by key in code-unit order (default). `newest`: by `storedAt`, latest first, then by key. */
  readonly order?: 'name' | 'newest'
  /** Entries at most; default 100. */
  readonly limit?: number
  /** Goes on where a page ended: its `next`. */
  readonly cursor?: string
}

/** Which file to delete. */
export interface DeleteOptions {
  /** The file of this version, and no other that has got its key. Default: whichever has the key. */
  readonly version?: string
}

/** A page of entries. */
export interface ListPage {
  readonly entries: readonly StorageEntry[]
  /** Pass it as `cursor` for the following page; absent on the last. */
  readonly next?: string
}

/**
 * Keeps drafts and stored files. Only a published draft can be opened, listed or deleted. Failures of the medium
 * reject with `storage-full` or `storage-failed`; something missing is `undefined` or `false`.
 */
export interface Storage {
  /** `disk`, `memory`, ... for messages. */
  readonly kind: string
  /** Opens a draft. It takes bytes at once; what goes wrong in opening is told by the next `flush` or `seal`. */
  createDraft(options?: DraftOptions): Draft
  /**
   * The key in the spelling of `list`, for a medium that finds one file by several keys (in another case, or another
   * normal form). Returns the key unchanged if the file does not exist. Optional: without it, two spellings are two
   * keys.
   */
  resolve?(key: string): Promise<string>
  /** The entry of a stored file. */
  stat(key: string): Promise<StorageEntry | undefined>
  /**
   * Whether a file or a folder has the key, so that publishing under it would fail. May be wrong a moment later.
   * Optional: for a medium on which this costs less than `stat`.
   */
  isTaken?(key: string): Promise<boolean>
  /** Opens a stored file. Never follows a symlink, never opens what is no regular file. */
  open(key: string): Promise<OpenFile | undefined>
  /**
   * A page of the stored files. Rejects with `malformed-request` for a cursor that it did not give, and with a TypeError
   * for a limit below one.
   */
  list(options?: ListOptions): Promise<ListPage>
  /** True if there was such a file and it is gone now. */
  delete(key: string, options?: DeleteOptions): Promise<boolean>
  /**
   * Discards the drafts whose owner is dead or whose time is over, and settles the transactions that were prepared by
   * processes which are dead now; the number of drafts discarded. Goes on past what fails, and rejects with the first failure
   * at the end.
   */
  sweep(): Promise<number>
  /**
   * Begins a transaction. Optional.
   *
   * @param leader a transaction of another storage: both are published, or both are not
   */
  createTransaction?(leader?: TransactionLeader): StorageTransaction
  /**
   * Ends what goes on in the background, and removes what only this process needed. To be called when no upload runs any more;
   * a storage that is used again begins again. Never rejects. Optional.
   */
  close?(): Promise<void>
  /**
   * Takes back a draft that was set aside by `SealedDraft.keep`, in one atomic step: of several that claim it, one gets it.
   * `undefined` where there is none, or its time is over. Optional.
   */
  claim?(id: string): Promise<ClaimedDraft | undefined>
  /** Bytes that can still be stored, where the medium can tell. Optional. */
  freeSpace?(): Promise<number>
  /** The file system's path of a key, where there is one. Optional. */
  path?(key: string): string
}
