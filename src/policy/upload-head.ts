/** The facts of a file that are known before its bytes come. The client claims all of them. */
export interface UploadHead {
  readonly filename: string
  /** The media type. Parameters do not count; `application/octet-stream` if it is absent or not valid. */
  readonly type?: string | undefined
  /** Bytes, if the client announces them. */
  readonly size?: number | undefined
  /** The name of the form field, for messages. */
  readonly field?: string | undefined
}

/** The form field of a file, for the details of a refusal. */
export function fieldOf({ field }: UploadHead): { field?: string } {
  return field === undefined ? {} : { field }
}

/** The folder, the name or the key that the application chooses for a file. */
export interface Placement {
  /** Safe segments joined by `/`. */
  readonly folder?: string | undefined
  /**
   * Instead of the client's name. One that ends in a dot gets the client's extension in lower case: `avatar.` becomes
   * `avatar.png`. If no `folder` is given, the text before the last `/` is the folder.
   */
  readonly name?: string | undefined
  /**
   * The exact key. If it is taken, the file is refused with `name-taken`. A TypeError if the storage gives each key
   * once.
   */
  readonly key?: string | undefined
}
