/**
 * Takes bytes as they come. A promise asks the source to wait before the next chunk; throwing stops the reading.
 *
 * @param isGiven the chunk has memory of its own, and from now on it is the sink's alone: it may be detached when it is done
 *   with (ECMAScript's `ArrayBuffer.prototype.transfer`). Default false
 */
export type ByteSink = (chunk: Uint8Array, isGiven?: boolean) => Promise<void> | undefined

/** How a body is read. */
export interface ReadOptions {
  /** Milliseconds without a byte, while the sink is ready for one, after which reading stops. Default: waits for ever. */
  readonly idleTimeoutMs?: number | undefined
  /**
   * Bytes a second on average over each minute, or each `idleTimeoutMs` if that is longer, while the sink is ready for them,
   * below which reading stops; counts only beside an `idleTimeoutMs`. Default 0: any.
   */
  readonly minRate?: number | undefined
  /** Stops the reading; `read` rejects with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** Limits for reading and discarding the rest of a refused body. */
export interface DrainLimits {
  /** Bytes to read at most. */
  readonly maxBytes: number
  /** Milliseconds to go on at most. */
  readonly maxMs: number
  /** Milliseconds without a byte after which the client counts as gone. */
  readonly idleMs: number
}

/** The body of a request: bytes that are pushed as they arrive, with one question about backpressure for each chunk. */
export interface ByteSource {
  /** The declared Content-Length in bytes, if there is one. */
  readonly length: number | undefined
  /**
   * Hands every chunk to `sink`, in order; to be called once. Resolves at the end of the body. Rejects with what `sink`
   * threw, after which the rest can still be drained; with `truncated-body` when the client went away or sent less than
   * it declared; with `request-timeout` when it stalled.
   *
   * @throws {TypeError} when somebody else has read the body already.
   */
  read(sink: ByteSink, options?: ReadOptions): Promise<void>
  /** Ends a reading that goes on, which rejects with this reason; the rest can still be drained. Otherwise harmless. */
  stop(reason: unknown): void
  /** The body has not been touched yet: nothing was asked of a client that waits for `100 Continue`. */
  readonly unread: boolean
  /** The client can be answered while it is still sending (HTTP/1.1 on Node), not only after it has sent all. */
  readonly fullDuplex: boolean
  /**
   * Throws the rest away within caps, by default those that the adapter was given; where that does not reach the end, gives
   * the connection up. May be called again; never rejects.
   */
  drain(limits?: DrainLimits): Promise<void>
}
