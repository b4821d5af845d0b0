import type { DraftOptions } from '../storage/draft.ts'
import type { Storage } from '../storage/storage.ts'
import type { UploadDraft } from './upload-draft.ts'
import type { Placement, UploadHead } from './upload-head.ts'

/** A draft that was set aside and belongs to a request again. */
export interface ClaimedUpload {
  readonly draft: UploadDraft
  /** When it would have been swept. */
  readonly expiresAt: Date
}

/** What of an upload set takes files in. */
export interface DraftSource {
  /** The set's name. */
  readonly name: string
  /** Where its files are kept. */
  readonly storage: Storage
  /** Bytes of one file. */
  readonly maxFileSize: number
  /** Files of one request. */
  readonly maxFiles: number

  /**
   * Admits a file and opens a draft for it: for protocols and others that have the bytes piece by piece. Whoever calls it
   * discards the draft that is not published.
   *
   * @throws as `save`, for what can be told before the bytes come.
   */
  draft(head: UploadHead, placement?: Placement, options?: DraftOptions): UploadDraft
  /**
   * Takes back a draft that was set aside by `UploadDraft.keep`: sealed, inspected, and to be published or set aside again.
   * `undefined` where there is none of this set, or its time is over. Of several that claim it, one gets it.
   *
   * @throws as `draft`, where the set's rules have changed meanwhile; the draft is discarded then.
   */
  claim(id: string, placement?: Placement): Promise<ClaimedUpload | undefined>
}
