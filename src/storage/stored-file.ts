/** A published draft, as plain data: fit for JSON and for a row of the user's own database. */
export interface StoredFile {
  /** The upload set that took it. */
  readonly set: string
  /** Where it is in the set's storage. */
  readonly key: string
  /** The name that the client gave, raw: for showing, never for a path. */
  readonly filename: string
  /** The media type, `type/subtype`. */
  readonly type: string
  /** Bytes. */
  readonly size: number
  /** When it was published, ISO 8601 in UTC. */
  readonly storedAt: string
  /** `sha-256=:base64:` (RFC 9530), if the set asked for one. */
  readonly digest?: string
}
