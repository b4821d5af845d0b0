/** The type that the first bytes of a file prove. */
export interface Proof {
  /** `type/subtype` in lower case; file-type's names if it knows the format. */
  readonly type: string
  /** True if the first bytes do not decide: they are only a tag, or the prolog of a document. */
  readonly isOpen?: boolean
}
