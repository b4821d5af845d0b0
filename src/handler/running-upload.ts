import { UploadError } from '../errors/upload-error.ts'
import type { ByteSink, ByteSource, ReadOptions } from '../http/byte-source.ts'
import type { Incoming } from '../http/incoming.ts'

/** An upload is too young to be judged before it had so long for its bytes. */
const YOUNG_MS = 10_000

/** Bytes a second with which an upload is never slow enough to give way, however many wait. */
const STEADY_RATE = 8 * 1024

/** An upload that holds a slot. It measures how fast its bytes come, and can be made to give way while they do. */
export class RunningUpload {
  /** The request, with a body that is measured. */
  readonly incoming: Incoming
  /** The network of the client; `undefined` if the runtime does not tell. */
  readonly client: string | undefined
  readonly #stop = new AbortController()
  #received = 0
  /** When the body was asked for; `undefined` before that, and once it is whole. */
  #since: number | undefined
  /** Milliseconds in which we made the client wait. */
  #waitedMs = 0
  #waitingSince: number | undefined

  constructor(incoming: Incoming, client: string | undefined) {
    const { body } = incoming
    this.incoming = body === undefined ? incoming : { ...incoming, body: this.#measured(body) }
    this.client = client
  }

  /**
   * Bytes a second since its start, without the time in which we made the client wait. `undefined` for an upload that may
   * not give way: it has just begun, has all of its bytes, or is fast enough.
   *
   * @param now as `performance.now()` tells it
   */
  slowRateAt(now: number): number | undefined {
    if (this.#since === undefined) return undefined
    const ageMs = now - this.#since - this.#waitedMs - (now - (this.#waitingSince ?? now))
    const rate = (this.#received * 1000) / ageMs
    return ageMs >= YOUNG_MS && rate < STEADY_RATE ? rate : undefined
  }

  /** Ends the upload: its client is told that there are too many. */
  giveWay(): void {
    this.#stop.abort(new UploadError('overloaded', {}))
  }

  #measured(body: ByteSource): ByteSource {
    return {
      length: body.length,
      fullDuplex: body.fullDuplex,
      get unread() {
        return body.unread
      },
      read: (sink, options) => this.#read(body, sink, options),
      drain: (limits) => body.drain(limits),
    }
  }

  async #read(body: ByteSource, sink: ByteSink, options: ReadOptions = {}): Promise<void> {
    const { signal } = options
    const onAbort = (): void => this.#stop.abort(signal?.reason)
    if (signal?.aborted === true) onAbort()
    else signal?.addEventListener('abort', onAbort)
    this.#since = performance.now()
    try {
      await body.read((chunk, isGiven) => this.#take(sink, chunk, isGiven), { ...options, signal: this.#stop.signal })
    } finally {
      this.#since = undefined
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #take(sink: ByteSink, chunk: Uint8Array, isGiven: boolean | undefined): Promise<void> | undefined {
    this.#received += chunk.length
    const ready = sink(chunk, isGiven)
    if (ready === undefined) return undefined
    this.#waitingSince ??= performance.now()
    const goOn = (): void => {
      if (this.#waitingSince !== undefined) this.#waitedMs += performance.now() - this.#waitingSince
      this.#waitingSince = undefined
    }
    ready.then(goOn, goOn)
    return ready
  }
}
