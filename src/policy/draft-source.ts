import type { DraftOptions } from '../storage/draft.ts'
import type { Storage } from '../storage/storage.ts'
import type { FileInspection } from './file-inspection.ts'
import type { UploadDraft } from './upload-draft.ts'
import type { Placement, UploadHead } from './upload-head.ts'

/** A draft that was set aside and belongs to a request again. */
export interface ClaimedUpload {
  readonly draft: UploadDraft
  /** The time from which a sweep may remove it. */
  readonly expiresAt: Date
}

/** Options of `UploadSet.draft`. */
export interface UploadDraftOptions extends DraftOptions {
  /**
   * `never`: the caller publishes the draft, alone or in a transaction, or discards it. It neither reads the draft
   * before, nor sets it aside. So a storage may write a large file to its place at once. Default: the caller may do
   * both.
   */
  readonly reads?: 'never' | undefined
}

/** The part of an upload set that takes files. */
export interface DraftSource {
  /** The set's name. */
  readonly name: string
  /** The storage of its files. */
  readonly storage: Storage
  /** Bytes of one file. */
  readonly maxFileSize: number
  /** Files of one request. */
  readonly maxFiles: number

  /**
   * Admits a file and opens a draft for it: for protocols and other code that has the bytes piece by piece. The caller
   * discards the draft if it does not publish it.
   *
   * @throws as `save`, for faults that are known before the bytes come.
   */
  draft(head: UploadHead, placement?: Placement, options?: UploadDraftOptions): UploadDraft
  /**
   * Admits a file and begins its inspection, for code that keeps the bytes elsewhere, as `receive` with `accept` does.
   * Nothing is stored.
   *
   * @throws as `draft`.
   */
  inspection(head: UploadHead, placement?: Placement): FileInspection
  /**
   * Takes back a draft that was set aside by `UploadDraft.keep`. It is sealed and inspected; publish it, or set it
   * aside again. `undefined` if this set has no such draft, or if it has expired. If several callers claim it, one gets
   * it.
   *
   * @param placement may be a function of the facts that were known when the file was sent
   * @throws as `draft` if the set's rules have changed meanwhile. The draft is discarded then. If `placement` throws
   *   another error than an `UploadError`, the draft stays set aside.
   */
  claim(id: string, placement?: Placement | ((head: UploadHead) => Placement)): Promise<ClaimedUpload | undefined>
}
