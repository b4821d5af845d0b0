/** Takes bytes as they come. A promise asks the source to wait before the next chunk; throwing stops the reading. */
export type ByteSink = (chunk: Uint8Array) => Promise<void> | undefined

/** Caps on reading and throwing away what a refused client still sends. */
export interface DrainLimits {
  /** Bytes to read at most. */
  readonly maxBytes: number
  /** Milliseconds to go on at most. */
  readonly maxMs: number
  /** Milliseconds without a byte after which the client counts as done. */
  readonly idleMs: number
}

/** The body of a request: bytes that are pushed as they arrive, with one question about backpressure for each chunk. */
export interface ByteSource {
  /** The declared Content-Length in bytes, if there is one. */
  readonly length: number | undefined
  /**
   * Hands every chunk to `sink`, in order. Resolves at the end of the body. Rejects with what `sink` threw, after which
   * the rest can still be drained; with `truncated-body` when the client went away or sent less than it declared; with
   * `request-timeout` when nothing came for `idleTimeoutMs` (default: waits for ever).
   */
  read(sink: ByteSink, options?: { idleTimeoutMs?: number | undefined }): Promise<void>
  /** Throws the rest away within the caps. True when the end was reached; never rejects. */
  drain(limits: DrainLimits): Promise<boolean>
}
