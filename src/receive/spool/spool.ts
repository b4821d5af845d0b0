/** Holds the files of one form until the handler is done with them. */
export interface Spool {
  /** The next file. The previous one must be finished: the bytes of a form come in one order. */
  openFile(): SpooledFile
  /** Removes everything, in memory and on disk. Never rejects; harmless when repeated. */
  dispose(): Promise<void>
}

/** Holds the bytes of one file. */
export interface SpooledFile {
  /** Bytes appended so far. */
  readonly size: number
  /** As `Draft.append`, except that the bytes that stay in memory are copied. */
  append(bytes: Uint8Array, isGiven?: boolean): Promise<void> | undefined
  /** Ends the bytes; resolves when they can be read. */
  finish(): Promise<void> | undefined
  /** All bytes; may be called again. */
  stream(): AsyncIterable<Uint8Array>
}

export interface SpoolOptions {
  /** Bytes up to which a file stays in memory. */
  readonly memoryLimit: number
  /** The most bytes that all spools of the process have in memory. */
  readonly totalMemoryLimit: number
  /** The folder of larger files; default the system's folder for temporary files. */
  readonly temporaryFolder?: string | undefined
}

/** Options of `file.save`. */
export interface SaveFileOptions {
  /** Replaces an existing file, in one step. Default false: an existing file is `name-taken`. */
  readonly overwrite?: boolean
}

/** The module that `#spool` stands for: with files if the runtime has them, otherwise in memory. */
export interface SpoolModule {
  createSpool(options: SpoolOptions): Spool
  /** Writes a file that is either whole or absent. */
  saveFile(path: string, source: AsyncIterable<Uint8Array>, options: SaveFileOptions): Promise<void>
}
