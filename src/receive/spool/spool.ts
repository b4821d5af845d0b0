/** Holds the files of one form until the handler is done with them. */
export interface Spool {
  /** The next file. The one before has to be finished: the bytes of a form come in one order. */
  openFile(): SpooledFile
  /** Nothing is left, in memory or on disk. Never rejects; harmless when repeated. */
  dispose(): Promise<void>
}

/** Holds the bytes of one file. */
export interface SpooledFile {
  /** Bytes appended so far. */
  readonly size: number
  /** As `Draft.append`, except that the bytes that stay in memory are copied. */
  append(bytes: Uint8Array, isGiven?: boolean): Promise<void> | undefined
  /** No more bytes; resolves when they can be read. */
  finish(): Promise<void> | undefined
  /** All bytes; may be called again. */
  stream(): AsyncIterable<Uint8Array>
}

export interface SpoolOptions {
  /** Bytes up to which a file stays in memory. */
  readonly memoryLimit: number
  /** Bytes that all spools of the process have in memory at most. */
  readonly totalMemoryLimit: number
  /** The folder of larger files; default the system's folder for temporary files. */
  readonly temporaryFolder?: string | undefined
}

/** Options of `file.save`. */
export interface SaveFileOptions {
  /** Replaces a file that is there already, in one step. Default false: refused with `name-taken`. */
  readonly overwrite?: boolean
}

/** What `#spool` is: with files where the runtime has them, in memory where not. */
export interface SpoolModule {
  createSpool(options: SpoolOptions): Spool
  /** Writes a file that is either whole or not there. */
  saveFile(path: string, source: AsyncIterable<Uint8Array>, options: SaveFileOptions): Promise<void>
}
