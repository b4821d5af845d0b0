import type { ByteSink, ByteSource, DrainLimits, ReadOptions } from '../http/byte-source.ts'

/** A body that knows the number of its bytes so far, and the time that the client had for them. */
export class MeasuredBody implements ByteSource {
  readonly length: number | undefined
  readonly fullDuplex: boolean
  readonly #body: ByteSource
  #received = 0
  /** The time at which the body was asked for; `undefined` before that, and after the end of the reading. */
  #since: number | undefined
  /** Milliseconds in which the server made the client wait. */
  #waitedMs = 0
  #waitingSince: number | undefined

  constructor(body: ByteSource) {
    this.length = body.length
    this.fullDuplex = body.fullDuplex
    this.#body = body
  }

  get unread(): boolean {
    return this.#body.unread
  }

  /** Bytes so far. */
  get received(): number {
    return this.#received
  }

  /** Milliseconds that the client had for its bytes. `undefined` while no bytes are asked for. */
  ageAt(now: number): number | undefined {
    if (this.#since === undefined || this.#waitingSince !== undefined) return undefined
    return now - this.#since - this.#waitedMs
  }

  async read(sink: ByteSink, options?: ReadOptions): Promise<void> {
    this.#since = performance.now()
    try {
      await this.#body.read((chunk, isGiven) => this.#take(sink, chunk, isGiven), options)
    } finally {
      this.#since = undefined
    }
  }

  stop(reason: unknown): void {
    this.#body.stop(reason)
  }

  drain(limits?: DrainLimits): Promise<void> {
    return this.#body.drain(limits)
  }

  #take(sink: ByteSink, chunk: Uint8Array, isGiven: boolean | undefined): Promise<void> | undefined {
    this.#received += chunk.length
    const ready = sink(chunk, isGiven)
    if (ready === undefined) return undefined
    this.#waitingSince ??= performance.now()
    const endWait = (): void => {
      if (this.#waitingSince !== undefined) this.#waitedMs += performance.now() - this.#waitingSince
      this.#waitingSince = undefined
    }
    ready.then(endWait, endWait)
    return ready
  }
}
