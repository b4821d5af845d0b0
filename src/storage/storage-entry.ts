/** The facts that a storage has about a stored file. */
export interface StorageEntry {
  /** The place of the file: safe segments joined by `/`. No segment begins with a dot. */
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** When the file was published, or when its last byte was written. */
  readonly storedAt: Date
  /**
   * Changes whenever the bytes may have changed. It is opaque and printable ASCII without quotes, so that it fits
   * between the quotes of an ETag.
   */
  readonly version: string
  /**
   * Facts that a key cannot tell. Absent if there is no record, for example for a file that was put into the folder by
   * hand.
   */
  readonly record?: FileRecord
}

/** Facts of an upload that are kept beside its bytes. */
export interface FileRecord {
  /** The client's name for the file, unchanged. Show it, but never use it in a path. */
  readonly filename: string
  /** The media type, `type/subtype`. */
  readonly type: string
  /** `sha-256=:base64:` (RFC 9530), if the set asked for one. */
  readonly digest?: string
}
