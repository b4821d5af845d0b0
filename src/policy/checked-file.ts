/** The facts that a set has found about a file that it accepts. */
export interface CheckedFile {
  /** The client's name for the file, unchanged. */
  readonly filename: string
  /** The media type that the set would record, `type/subtype`: the content proves it, not the client. */
  readonly type: string
  /** Bytes. */
  readonly size: number
  /** `sha-256=:base64:` (RFC 9530), if the set asks for one. */
  readonly digest?: string
}
