import type { ByteSource, ReadOptions } from './byte-source.ts'

/**
 * A body that is asked for its chunks one by one. While nobody asks for one nothing is read, so a slow reader makes the client
 * wait, and what is held is one chunk at most.
 */
export class BodyReader {
  readonly #body: ByteSource
  readonly #options: ReadOptions
  readonly #stop = new AbortController()
  #reading: Promise<void> | undefined
  #asked: PromiseWithResolvers<Uint8Array | undefined> | undefined
  /** Lets the body send the next chunk. */
  #goOn: (() => void) | undefined
  #outcome: { readonly error?: unknown } | undefined

  /** Nothing is read, and of `options` nothing is checked, before the first chunk is asked for. */
  constructor(body: ByteSource, options: ReadOptions = {}) {
    const { signal } = options
    this.#body = body
    this.#options = {
      ...options,
      signal: signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]),
    }
  }

  /**
   * The next chunk, which nobody else changes; `undefined` at the end of the body. To be called when the one before has
   * come. Rejects as `ByteSource.read` does, from then on each time.
   */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#outcome === undefined) {
      this.#asked = Promise.withResolvers()
      this.#reading ??= this.#read()
      this.#goOn?.()
      const chunk = await this.#asked.promise
      if (chunk !== undefined) return chunk
    }
    if (this.#outcome !== undefined && 'error' in this.#outcome) throw this.#outcome.error
    return undefined
  }

  /** Reads no more: what is asked for rejects with `reason`. Once it resolves, the rest can be drained. */
  async stop(reason: unknown): Promise<void> {
    this.#stop.abort(reason)
    await this.#reading
  }

  async #read(): Promise<void> {
    try {
      await this.#body.read((chunk) => this.#hand(chunk), this.#options)
      this.#outcome = {}
    } catch (error) {
      // Whatever it is, whoever asks for the next chunk gets it.
      this.#outcome = { error }
    }
    this.#asked?.resolve(undefined)
  }

  #hand(chunk: Uint8Array): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#goOn = resolve
    this.#asked?.resolve(chunk)
    return promise
  }
}
