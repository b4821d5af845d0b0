import type { FileRecord, StorageEntry } from './storage-entry.ts'

/** Options of a new draft. */
export interface DraftOptions {
  /**
   * Absent: the draft belongs to the request that this process is serving, and is swept when the process is dead.
   * Given: the draft outlives requests and processes. It is swept when this time has come.
   */
  readonly expiresAt?: Date
  /** Bytes that are expected, if they are known. A storage can prepare for them. */
  readonly expectedSize?: number
}

/** Bytes on their way in, invisible to readers: open -> append ... -> seal -> publish | discard. */
export interface Draft {
  /** 128 random bits, URL-safe. */
  readonly id: string
  /** Bytes appended so far, whether or not they have reached the medium. */
  readonly size: number
  /**
   * Adds bytes at the end. Never blocks. Returns `undefined` if more may come at once. Otherwise it returns a promise:
   * the caller should wait for it before it takes more from the network. It may still append bytes that it holds. The
   * storage may keep `bytes` until they are written, so they must not change. A failure rejects this promise and those
   * of later calls. The caller may ignore it, because `seal` rejects with it, too. Throws a TypeError if the draft is
   * sealed or discarded.
   *
   * @param isGiven `bytes` and its memory now belong to the storage alone. The storage may detach them after use, so
   *   that no garbage collection has to find them. Default false
   */
  append(bytes: Uint8Array, isGiven?: boolean): Promise<void> | undefined
  /**
   * Tells the key and the record that the draft is published with, before it is sealed. So the storage can write the
   * bytes to their place at once. Then the sealed draft can be published under this key with this record, alone or in a
   * transaction, or discarded, and nothing else: `stream` and `keep` throw a TypeError. Nothing is visible before it is
   * published. Optional: for a medium on which moving a file costs.
   */
  intend?(key: string, record: FileRecord | undefined): void
  /** Resolves when all appended bytes have been handed to the medium. */
  flush(): Promise<void>
  /**
   * Goes back to the first `size` bytes. This undoes an append whose digest was wrong. Nothing can be appended until it
   * has resolved. Rejects with a TypeError if the draft has fewer bytes.
   */
  truncate(size: number): Promise<void>
  /**
   * Ends the appending. The draft is then complete and can be read, but it is still invisible. Rejects with
   * `storage-full` or `storage-failed`, and then nothing of the draft is kept.
   */
  seal(): Promise<SealedDraft>
  /**
   * Removes every trace. It is harmless at any time, when repeated, and after `publish`. Never rejects. Calls that are
   * under way reject with a TypeError, except `publish`.
   */
  discard(): Promise<void>
}

/** A complete draft, still invisible to readers. */
export interface SealedDraft {
  readonly id: string
  readonly size: number
  /**
   * The bytes from `start` (default 0) up to but not including `end` (default the size). May be called again until the
   * draft is published, also while a transaction promises it a key. Throws a TypeError for a range that is not valid.
   */
  stream(start?: number, end?: number): AsyncIterable<Uint8Array>
  /**
   * The absolute path of the draft, until it is published or discarded. A transaction moves it when it is prepared.
   * Throws a TypeError afterwards. Optional: for a storage on a file system.
   */
  path?(): string
  /**
   * Makes the file visible under `key` in one atomic step, and never overwrites another file. Resolves to `undefined`
   * if the key is taken. The draft is then as it was, and another key can be tried. Rejects with a TypeError if the key
   * is not valid. If a file has the name of a folder on the way to the key, rejects with `name-taken` and that
   * `folder`. A storage without folders has no such file.
   *
   * @param record facts to keep with the file; absent if the key tells everything
   */
  publish(key: string, record?: FileRecord): Promise<StorageEntry | undefined>
  /**
   * Sets the draft aside until `expiresAt`. It outlives this request and this process: `Storage.claim` gets it back by
   * its id. Nothing else can be done with this object afterwards. Rejects with `storage-full` or `storage-failed`.
   * Optional.
   *
   * @param note any text, which `Storage.claim` gives back
   */
  keep?(expiresAt: Date, note: string): Promise<void>
  /** As on a draft. */
  discard(): Promise<void>
}

/** A draft that was set aside and belongs to a request again. */
export interface ClaimedDraft {
  readonly sealed: SealedDraft
  /** When the draft would have been swept. */
  readonly expiresAt: Date
  /** The note that `keep` was given. */
  readonly note: string
}

/** A draft with the bytes of a file on the disk, which is still there. */
export interface PathDraft {
  readonly sealed: SealedDraft
  /** The last segment of the path. */
  readonly filename: string
  /** True if the file is still at its path: not another one, and not changed. */
  isThere(): Promise<boolean>
  /** Removes the file from its path. False if it is gone, or if another file is there. */
  remove(): Promise<boolean>
}
