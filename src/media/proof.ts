/** What the first bytes of a file prove it to be. */
export interface Proof {
  /** `type/subtype` in lower case; file-type's names if it knows the format. */
  readonly type: string
  /** True while the first bytes leave open what the file is: they are a tag, or the prolog of a document. */
  readonly isOpen?: boolean
}
