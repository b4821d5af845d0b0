import type { FileRecord, StorageEntry } from './storage-entry.ts'

/** Options of a new draft. */
export interface DraftOptions {
  /**
   * Absent: the draft belongs to the request that this process is serving, and is swept when the process is dead.
   * Given: it outlives requests and processes and is swept when this time has come.
   */
  readonly expiresAt?: Date
  /** Bytes that are expected, where they are known: lets a storage prepare for them. */
  readonly expectedSize?: number
}

/** Bytes on their way in, invisible to readers: open -> append ... -> seal -> publish | discard. */
export interface Draft {
  /** 128 random bits, URL-safe. */
  readonly id: string
  /** Bytes appended so far, whether or not they have reached the medium. */
  readonly size: number
  /**
   * Adds bytes at the end. Never blocks: `undefined` when more may come at once; a promise when the caller should wait
   * for it before it takes more from the network (it may still append what it holds). The storage may keep `bytes`
   * until they are written, so they must not change. A failure rejects this promise and those of later calls, and
   * nobody has to listen: `seal` tells it at the latest. Throws a TypeError once sealed or discarded.
   *
   * @param isGiven `bytes` and its memory are the storage's from now on, which may detach it when it is done with it, so
   *   that no garbage collection has to find it. Default false
   */
  append(bytes: Uint8Array, isGiven?: boolean): Promise<void> | undefined
  /** Resolves when all appended bytes have been handed to the medium. */
  flush(): Promise<void>
  /**
   * Goes back to the first `size` bytes: what undoes an append whose digest was wrong. Nothing can be appended until it
   * has resolved. Rejects with a TypeError for what is more than `size`.
   */
  truncate(size: number): Promise<void>
  /**
   * No more bytes: complete and readable, still invisible. Rejects with `storage-full` or `storage-failed`, after which
   * nothing of it is kept.
   */
  seal(): Promise<SealedDraft>
  /**
   * Removes every trace; harmless at any time, repeated, and after `publish`. Never rejects. Calls that are under way, but
   * for `publish`, reject with a TypeError.
   */
  discard(): Promise<void>
}

/** A complete draft, still invisible to readers. */
export interface SealedDraft {
  readonly id: string
  readonly size: number
  /**
   * The bytes from `start` (default 0) up to but not including `end` (default the size); may be called again, until it is
   * published. Throws a TypeError for no range.
   */
  stream(start?: number, end?: number): AsyncIterable<Uint8Array>
  /**
   * Makes it visible under `key` in one atomic step, without ever overwriting. `undefined` when the key is taken: the
   * draft is then as it was, and another key can be tried. Rejects with a TypeError if the key is not valid.
   *
   * @param record to be kept with it; none where the key tells it all
   */
  publish(key: string, record?: FileRecord): Promise<StorageEntry | undefined>
  /**
   * Sets it aside until `expiresAt`, beyond this request and this process: `Storage.claim` gets it back, by its id. Nothing
   * else can be done with it here afterwards. Rejects with `storage-full` or `storage-failed`. Optional.
   *
   * @param note whatever is to be given back with it
   */
  keep?(expiresAt: Date, note: string): Promise<void>
  /** As on a draft. */
  discard(): Promise<void>
}

/** A draft that was set aside and belongs to a request again. */
export interface ClaimedDraft {
  readonly sealed: SealedDraft
  /** When it would have been swept. */
  readonly expiresAt: Date
  /** What `keep` was given. */
  readonly note: string
}
