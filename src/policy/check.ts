/** A whole file before it is published, for checks. */
export interface CheckedUpload {
  /** The name that the client gave: for messages, never for a path. */
  readonly filename: string
  /** The media type, as it will be recorded. */
  readonly type: string
  /** Bytes. */
  readonly size: number
  /** The digest, as it will be recorded; absent if the set takes none. */
  readonly digest?: string
  /** Aborts when the result is no longer needed. */
  readonly signal?: AbortSignal
  /** The bytes from the first to the last. May be called again. */
  readonly stream: () => AsyncIterable<Uint8Array>
}

/**
 * Looks at a file before it is published, and throws an `UploadError` to refuse it: `content-refused` for its content,
 * `check-unavailable` if the check cannot run now. If it throws anything, the file is discarded.
 */
export type Check = (upload: CheckedUpload) => Promise<void> | void
