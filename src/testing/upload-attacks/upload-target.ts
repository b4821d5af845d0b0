/** A file in a form. */
export interface AttackFile {
  readonly name: string
  /** The Content-Type of its part. */
  readonly type: string
  readonly content: string
}

/** The app that is attacked. */
export interface UploadTarget {
  /** The URL for the form: `http:` only. */
  readonly url: URL | string
  /** The file's field. Default `file`. */
  readonly field?: string
  /** Fields that a good form needs beside the file. Default none. */
  readonly fields?: Readonly<Record<string, string>>
  /**
   * A file that is accepted; each upload gives it a name of its own, `attack-1a2b3c4d.txt`. Default a short
   * `attack.txt`.
   */
  readonly file?: AttackFile
  /** Headers of every request, such as Cookie and Authorization. Default none. */
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes of a file that has to be refused, better too many than too few. Default: no such attacks. */
  readonly tooLarge?: number
  /** Half-open uploads during which others have to be served. Default 200. */
  readonly crowd?: number
  /**
   * The names of everything that there is: stored files, half-done and temporary ones, even open descriptors. A refused
   * upload must not add any. Default: leftovers are not checked.
   */
  readonly leftovers?: () => Promise<readonly string[]>
  /** The most milliseconds of one attack. Default 20,000. */
  readonly timeoutMs?: number
}
