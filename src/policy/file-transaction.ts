import type { StoredFile } from '../storage/stored-file.ts'
import type { DraftSource } from './draft-source.ts'
import type { SaveOptions } from './save-source.ts'
import type { SaveSource } from './file-source.ts'

/** Options of `FileTransaction.bytes`. */
export interface TransactionBytesOptions {
  /** Most bytes of the file; default 32 MiB. */
  readonly maxSize?: number | undefined
}

/** A file that a transaction was to delete and did not. */
export interface SkippedDeletion {
  /** The name of the set. */
  readonly set: string
  readonly key: string
}

/**
 * The transaction in which files become visible. A handler gets it while the files have their keys and are not visible
 * yet. Either all that it asks for happens, because the handler succeeds, or nothing happens. This holds also if the
 * process dies. A call after the end of the handler is a TypeError. Wait for each call: if it
 * fails, only its promise says so. The functions need no `this`.
 */
export interface FileTransaction {
  /** Unique. A row that holds it proves that the files were handled. `recover` of the storage gets it too. */
  readonly id: string
  /** Aborts when the client has gone. The handler is waited for in any case, because it may have written its row. */
  readonly signal: AbortSignal
  /**
   * The files of `delete` that stay, because another file had the key by the time of the commit. Empty before the end,
   * and if the deletion is left to a sweep.
   */
  readonly skipped: readonly SkippedDeletion[]
  /**
   * The content of a file that is about to be published. It counts against the memory of the process (128 MiB for all
   * forms) until the end of the transaction.
   *
   * @throws {UploadError} `file-too-large` beyond `maxSize`; `overloaded` if the process has no memory left for it;
   *   `storage-failed`.
   * @throws {TypeError} for a file of another transaction.
   */
  readonly bytes: (file: StoredFile, options?: TransactionBytesOptions) => Promise<Uint8Array<ArrayBuffer>>
  /**
   * The bytes of a file that is about to be published, from `start` (default 0) up to but not including `end` (default
   * the size).
   *
   * @throws {UploadError} `storage-failed`, while it is read.
   * @throws {TypeError} for a file of another transaction, and for a range that is not valid.
   */
  readonly stream: (file: StoredFile, start?: number, end?: number) => AsyncIterable<Uint8Array>
  /**
   * The path of a file that is about to be published, for a program that reads files. Only read it. The path is valid
   * until the end, and has no extension.
   *
   * @throws {TypeError} for a file of another transaction, and if the storage has no paths.
   */
  readonly path: (file: StoredFile) => string
  /**
   * Adds a file to any set, under the rules of the set. Resolves to the stored file as it will be.
   *
   * @throws as `UploadSet.save`.
   * @throws {TypeError} also if the set's storage has no transactions, or another `recover` than the others.
   */
  readonly save: (set: DraftSource, source: SaveSource, options?: SaveOptions) => Promise<StoredFile>
  /**
   * Deletes a file of any set with the commit, if it still has the version that it has now. False if there is no such
   * file. If another transaction is about to publish the file, `delete` waits until it is there.
   *
   * @throws {UploadError} `overloaded` if that takes longer than ten seconds; `storage-full`, `storage-failed`.
   * @throws {TypeError} as `save`.
   */
  readonly delete: (set: DraftSource, file: StoredFile | string) => Promise<boolean>
}
