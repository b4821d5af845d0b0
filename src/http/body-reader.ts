import type { ByteSource, ReadOptions } from './byte-source.ts'

/**
 * Reads a body chunk by chunk. It reads only when the next chunk is asked for. So a slow reader makes the client wait,
 * and at most one chunk is in memory.
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

  /** Reads nothing, and checks no option, before the first chunk is asked for. */
  constructor(body: ByteSource, options: ReadOptions = {}) {
    const { signal } = options
    this.#body = body
    this.#options = {
      ...options,
      signal: signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]),
    }
  }

  /**
   * The next chunk, which no other code changes; `undefined` at the end of the body. Call it again only after the
   * former call has resolved. Rejects as `ByteSource.read` does, and then in every later call.
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

  /** Stops reading: `next` rejects with `reason`. After `stop` has resolved, the rest can be drained. */
  async stop(reason: unknown): Promise<void> {
    this.#stop.abort(reason)
    await this.#reading
  }

  async #read(): Promise<void> {
    try {
      await this.#body.read((chunk) => this.#hand(chunk), this.#options)
      this.#outcome = {}
    } catch (error) {
      // The caller of `next` gets every error of the body.
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
