import type { ClaimedDraft, Draft, DraftOptions, PathDraft, SealedDraft } from './draft.ts'
import type { StorageEntry } from './storage-entry.ts'
import type { Recover, StorageTransaction, TransactionLeader } from './transaction.ts'

export type { FileRecord, StorageEntry } from './storage-entry.ts'

/**
 * An open stored file. The entry describes exactly the bytes that `stream` gives, whatever happens to the key
 * meanwhile.
 */
export interface OpenFile {
  readonly entry: StorageEntry
  /**
   * The bytes from `start` (default 0) up to but not including `end` (default the size). Reading to the end or
   * returning early closes the file. The bytes of a chunk do not change later. Throws a TypeError if it is called a
   * second time, and for a range that is not valid. Rejects with `storage-failed` if the file became shorter.
   */
  stream(start?: number, end?: number): AsyncIterable<Uint8Array>
  /**
   * The same bytes as from `stream`, but without waiting. Returns `undefined` unless they are few and in memory: then
   * `stream` can still be called. The caller owns the memory of the bytes, and may write to it or transfer it. Throws
   * `storage-failed`. Optional.
   */
  bytes?(start: number, end: number): Uint8Array | undefined
  /**
   * A URL from which a client fetches the file itself, without this server. It is valid for a few minutes. The answer
   * there has these headers, and understands `Range`. Optional: for a storage whose files are served by another server.
   *
   * That server sends neither `Content-Security-Policy` nor `nosniff`. So it needs an origin of its own, without
   * sessions and without pages of yours. Then a file can do nothing in the name of your site, and a file of an active
   * type is saved and not shown. This is lost: a file that is shown has no sandbox around it. A page of another site
   * that knows the URL can embed the file, and load a text as a script of its own.
   */
  location?(headers: LocationHeaders): Promise<string>
  /** Closes a file that was not read. It is harmless otherwise. */
  close(): Promise<void>
}

/** The headers of the answer that a client gets from the URL of `OpenFile.location`. */
export interface LocationHeaders {
  readonly contentType: string
  readonly contentDisposition: string
  readonly cacheControl: string
}

/** Which entries to list. */
export interface ListOptions {
  /** Only keys below this folder, at any depth; default all. */
  readonly folder?: string
  /**
   * `name`: by key in code-unit order (default). `newest`: by `storedAt`, latest first, then by key. A storage that
   * gives each key once may compare keys by code points instead, as UTF-8 is sorted. The two orders differ for a key
   * with a character beyond U+FFFF against one with a character from U+E000 to U+FFFF.
   */
  readonly order?: 'name' | 'newest'
  /** The most entries of a page; default 100. */
  readonly limit?: number
  /** The `next` of a page: the list of the same folder goes on after that page. It does not hold the folder. */
  readonly cursor?: string
}

/** Which file to delete. */
export interface DeleteOptions {
  /** Deletes the file only if it has this version. Default: deletes the file of any version. */
  readonly version?: string
}

/** A page of entries. */
export interface ListPage {
  readonly entries: readonly StorageEntry[]
  /** Pass it as `cursor` to get the following page. Absent on the last page. */
  readonly next?: string
}

/**
 * Keeps drafts and stored files. Only a published draft can be opened, listed or deleted. If the medium fails, calls
 * reject with `storage-full` or `storage-failed`. If a file is missing, they resolve to `undefined` or `false`.
 */
export interface Storage {
  /** The kind of storage, for messages: `disk`, `memory`, ... */
  readonly kind: string
  /**
   * Whether a key can be given to another file later. With `once`, each key is given to one file, ever. So a set names
   * its files by `unique`, and a transaction does not guard its keys against others. No version is needed to delete a
   * file. Default `reused`.
   */
  readonly keys?: 'reused' | 'once'
  /** Opens a draft. It takes bytes at once. If opening fails, the next `flush` or `seal` rejects. */
  createDraft(options?: DraftOptions): Draft
  /**
   * The key in the spelling of `list`. Some media find one file by several keys, in another case or another normal
   * form. Resolves to the key unchanged if the file does not exist. Optional: without it, two spellings are two keys.
   */
  resolve?(key: string): Promise<string>
  /** The entry of a stored file. */
  stat(key: string): Promise<StorageEntry | undefined>
  /**
   * Whether a file or a folder has the key, so that publishing under it would fail. The answer may be wrong a moment
   * later. Optional: for a medium on which this costs less than `stat`.
   */
  isTaken?(key: string): Promise<boolean>
  /** Opens a stored file. Opens only regular files, and never follows a symlink. */
  open(key: string): Promise<OpenFile | undefined>
  /**
   * A page of the stored files. Rejects with `malformed-request` for a cursor that is not from a list in this order.
   * Rejects with a TypeError for a limit below one.
   */
  list(options?: ListOptions): Promise<ListPage>
  /**
   * Deletes a stored file. True if there was such a file and it is gone now. If several callers delete it at once, one
   * of them gets true.
   */
  delete(key: string, options?: DeleteOptions): Promise<boolean>
  /**
   * Discards the drafts whose owner is dead or whose time is over, and resolves to their number. Settles the
   * transactions that were prepared by processes which are dead now. If a step fails, it goes on with the others and
   * rejects with the first failure at the end.
   */
  sweep(): Promise<number>
  /**
   * Begins a transaction. Optional.
   *
   * @param leader a transaction of another storage: either both are published or neither is. A leader without a
   *   `journal` only gives its `id` to the new transaction
   */
  createTransaction?(leader?: TransactionLeader): StorageTransaction
  /**
   * The function that decides about the transactions of dead processes, or `undefined` if there is none. Only storages
   * whose transactions outlive the process have this property. A transaction asks only one of its storages, so all of
   * them need the same function.
   */
  readonly recover?: Recover | undefined
  /**
   * Ends the work in the background, and removes files that only this process needed. Call it when no upload runs any
   * more. The storage can be used again afterwards, and then starts that work again. Never rejects. Optional.
   */
  close?(): Promise<void>
  /**
   * Takes back a draft that was set aside by `SealedDraft.keep`, in one atomic step. If several callers claim it at the
   * same time, one of them gets it. Resolves to `undefined` if there is no such draft or its time is over. Optional.
   */
  claim?(id: string): Promise<ClaimedDraft | undefined>
  /**
   * Makes a sealed draft with the bytes of a stored file, without copying them if the medium can do that. The stored
   * file stays as it is, whatever becomes of the draft, and the draft does not need the file any more. Resolves to
   * `undefined` if there is no such file, or if it has another version. Optional.
   */
  draftOf?(key: string, version: string): Promise<SealedDraft | undefined>
  /**
   * Makes a sealed draft of a file on the disk that is not a stored file. If the file lies on the file system of the
   * storage, its bytes are not copied, and it gets the permissions of stored files. Rejects with a TypeError for a path
   * that leads to a symlink, a folder, nothing, or a file of this storage. Optional: for a storage on a file system.
   */
  draftOfPath?(path: string): Promise<PathDraft>
  /** Bytes that can still be stored. Optional: for a medium that can tell. */
  freeSpace?(): Promise<number>
  /** The path of a key. Optional: for a storage on a file system. */
  path?(key: string): string
}
