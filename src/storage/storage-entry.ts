/** The facts that a storage has about a stored file. */
export interface StorageEntry {
  /** Where it is: safe segments joined by `/`, none beginning with a dot. */
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** When it was published, or when its last byte was written. */
  readonly storedAt: Date
  /** Changes whenever the bytes may have; opaque, printable ASCII without quotes, to be put between quotes in an ETag. */
  readonly version: string
  /** Facts that a key cannot tell; absent if none were recorded, as for a file that was put into the folder by hand. */
  readonly record?: FileRecord
}

/** Facts of an upload that are kept beside its bytes. */
export interface FileRecord {
  /** The name that the client gave, raw: for showing, never for a path. */
  readonly filename: string
  /** The media type, `type/subtype`. */
  readonly type: string
  /** `sha-256=:base64:` (RFC 9530), if the set asked for one. */
  readonly digest?: string
}
