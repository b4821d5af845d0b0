/** A whole file that nobody can see yet, for checks. */
export interface CheckedUpload {
  /** The client's name for it, for messages: no path to use. */
  readonly filename: string
  /** Its media type, as it will be kept. */
  readonly type: string
  /** In bytes. */
  readonly size: number
  /** Its digest as it will be kept, where the set takes one. */
  readonly digest?: string
  /** Aborted when nobody waits for the result any more. */
  readonly signal?: AbortSignal
  /** Its bytes from the first to the last; may be called again. */
  readonly stream: () => AsyncIterable<Uint8Array>
}

/**
 * Looks at a file before it is published, and throws an `UploadError` to refuse it: `content-refused` for what it is,
 * `check-unavailable` where that cannot be told just now. Whatever it throws, nothing of the file is kept.
 */
export type Check = (upload: CheckedUpload) => Promise<void> | void
