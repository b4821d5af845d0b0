/** A published draft, as plain data. It fits into JSON and into a row of your own database. */
export interface StoredFile {
  /** The upload set that took the file. */
  readonly set: string
  /** The place of the file in the set's storage. */
  readonly key: string
  /** The client's name for the file, unchanged. Show it, but never use it in a path. */
  readonly filename: string
  /** The media type, `type/subtype`. */
  readonly type: string
  /** Bytes. */
  readonly size: number
  /** When the file was published, ISO 8601 in UTC. */
  readonly storedAt: string
  /** `sha-256=:base64:` (RFC 9530), if the set asked for one. */
  readonly digest?: string
}
