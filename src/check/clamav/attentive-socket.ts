// oxlint-disable no-underscore-dangle -- Node calls them so.
import { Socket } from 'node:net'

type Callback = (error?: Error | null) => void

/**
 * A socket that a failed write does not destroy, so that an answer from before the other side hung up is still read. It
 * reports the end of the connection like any socket.
 */
export class AttentiveSocket extends Socket {
  #failed = false

  /** A write has failed: the other side reads no more. */
  get hasFailed(): boolean {
    return this.#failed
  }

  override _write(chunk: unknown, encoding: BufferEncoding, callback: Callback): void {
    super._write(chunk, encoding, this.#afterwards(callback))
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], callback: Callback): void {
    super._writev?.(chunks, this.#afterwards(callback))
  }

  /** Keeps the failure from the stream, which would close for reading as well. */
  #afterwards(callback: Callback): Callback {
    return (error) => {
      if (error) this.#failed = true
      callback()
    }
  }
}
