/** The parts of Node's `IncomingMessage` that are needed to read its body. */
export interface ReadableRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Its `parser` reads HTTP/1. */
  readonly socket?: { readonly parser?: unknown } | null | undefined
  readonly httpVersionMajor: number
  readonly httpVersionMinor: number
  /** The whole body has arrived. */
  readonly complete: boolean
  /** A listener or reader has begun to read the body. */
  readonly readableDidRead: boolean
  /** The body has been read to its end, even if it had no byte. */
  readonly readableEnded: boolean
  readonly destroyed: boolean
  /** `true` if the request emits its chunks by itself. */
  readonly readableFlowing?: boolean | null | undefined
  /** HTTP/2: the client has given up this stream, so its `end` is not the end of the body. */
  readonly aborted?: boolean | undefined
  /** HTTP/2 only. */
  readonly stream?:
    | {
        /** The request has a header and no body. */
        readonly endAfterHeaders?: boolean | undefined
        close(code?: number): void
      }
    | undefined
  /** The number of listeners to `event`. */
  listenerCount?(event: string): number
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  on(event: 'end' | 'close' | 'error' | 'pause' | 'resume' | 'readable', listener: () => void): unknown
  on(event: 'newListener', listener: (event: string) => void): unknown
  off(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  off(event: 'end' | 'close' | 'pause' | 'resume' | 'readable', listener: () => void): unknown
  off(event: 'newListener', listener: (event: string) => void): unknown
  pause(): unknown
  resume(): unknown
  /** Emits the next chunk as `data` and returns it; `null` if none is here. */
  read?(): unknown
  destroy(): unknown
}
