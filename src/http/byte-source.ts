/**
 * Takes bytes as they come. A promise asks the source to wait before the next chunk; throwing stops the reading.
 *
 * @param isGiven the chunk has memory of its own, which now belongs to the sink alone. The sink may detach it after use
 *   (ECMAScript's `ArrayBuffer.prototype.transfer`). Default false
 */
export type ByteSink = (chunk: Uint8Array, isGiven?: boolean) => Promise<void> | undefined

/** How a body is read. */
export interface ReadOptions {
  /** Milliseconds without a byte, while the sink is ready for one, after which reading stops. Default: no limit. */
  readonly idleTimeoutMs?: number | undefined
  /**
   * The slowest average in bytes a second, over each minute in which the sink is ready for bytes. If `idleTimeoutMs` is
   * longer, the average is over that time. A slower reading stops. Counts only beside an `idleTimeoutMs`. Default 0:
   * any.
   */
  readonly minRate?: number | undefined
  /** Stops the reading; `read` rejects with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** Limits for reading and discarding the rest of a refused body. */
export interface DrainLimits {
  /** Bytes to read at most. */
  readonly maxBytes: number
  /** Milliseconds to read at most. */
  readonly maxMs: number
  /** Milliseconds without a byte after which the client counts as gone. */
  readonly idleMs: number
}

/** The body of a request. It pushes its bytes as they arrive, and the sink may ask it to wait after each chunk. */
export interface ByteSource {
  /** The declared Content-Length in bytes, if there is one. */
  readonly length: number | undefined
  /**
   * Hands every chunk to `sink`, in order. Call it once. Resolves at the end of the body. Rejects with the error of
   * `sink`; the rest can still be drained then. Rejects with `truncated-body` if the client went away or sent less than
   * it declared, and with `request-timeout` if it stalled.
   *
   * @throws {TypeError} if other code has read the body already.
   */
  read(sink: ByteSink, options?: ReadOptions): Promise<void>
  /** Ends a running `read`, which rejects with this reason. The rest can still be drained. Otherwise harmless. */
  stop(reason: unknown): void
  /** True if the body has not been asked for yet: a client that waits for `100 Continue` is still waiting. */
  readonly unread: boolean
  /** True if the client can be answered while it is still sending (HTTP/1.1 on Node), and not only after that. */
  readonly fullDuplex: boolean
  /**
   * Discards the rest within limits, by default those of the adapter. If the body is longer than they allow, the
   * connection is closed. May be called again; never rejects.
   */
  drain(limits?: DrainLimits): Promise<void>
}
