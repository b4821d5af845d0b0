import { UploadError } from '../errors/upload-error.ts'
import { ChunkOwnership } from '../runtime/chunk-ownership.ts'
import { IS_NODE } from '../runtime/is-node.ts'
import type { ByteSink, ReadOptions } from './byte-source.ts'
import { IdleWatch } from './idle-watch.ts'
import type { ReadableRequest } from './readable-request.ts'

/**
 * - `flowing`: the next chunk goes to the sink.
 * - `busy`: the sink has asked to wait.
 * - `stopped`: the sink has failed or the caller has stopped it; the rest of the body can be drained.
 * - `ended`: the whole body has been read.
 * - `gone`: the client went away, or has sent less than it declared.
 */
type State = 'flowing' | 'busy' | 'stopped' | 'ended' | 'gone'

/**
 * One reading of a request's body by its `data` events. There is no stream and no promise between the socket and the
 * sink, so a chunk costs one call.
 */
export class NodeReading {
  readonly #request: ReadableRequest
  readonly #sink: ByteSink
  readonly #length: number
  readonly #signal: AbortSignal | undefined
  readonly #ownership: ChunkOwnership
  readonly #watch: IdleWatch
  readonly #done = Promise.withResolvers<void>()
  #state: State = 'flowing'
  /** Chunks that came while the sink was busy, because another part of the program resumed or read the request. */
  readonly #late: Uint8Array[] = []
  #received = 0
  /** True after the `end` of the request. The sink may still be busy with the last chunk. */
  #hasEnded = false
  #fetches = false

  /**
   * Starts to read.
   *
   * @param length the fewest bytes that a complete body has
   */
  constructor(request: ReadableRequest, sink: ByteSink, options: ReadOptions, length: number) {
    this.#request = request
    this.#sink = sink
    this.#length = length
    this.#signal = options.signal
    // If the whole body is here, there is nothing to wait for. For HTTP/1, Node knows it at the last byte.
    const isHere = IS_NODE && request.httpVersionMajor === 1 && request.complete
    this.#watch = new IdleWatch(isHere ? undefined : options.idleTimeoutMs, this.stop, options.minRate)
    // A listener for `data` would resume a request that is not paused.
    request.pause()
    this.#ownership = new ChunkOwnership(request)
    // A client that goes away is an `error` and a `close`. An `error` that nothing listens to would end the process.
    request.on('error', ignore)
    request.on('data', this.#onData)
    request.on('end', this.#onEnd)
    request.on('close', this.#onClose)
    if ((request.listenerCount?.('readable') ?? 0) > 0) {
      this.#fetchFromNowOn()
      // Node has reported the chunks that are here only to the other listeners.
      this.#onReadable()
    }
    request.on('newListener', this.#onListener)
    this.#signal?.addEventListener('abort', this.#onAbort)
    if (this.#signal?.aborted === true) this.#onAbort()
    else if (request.destroyed) this.#onClose()
    else request.resume()
  }

  /** Settles when the reading is over, as `ByteSource.read` does. */
  get done(): Promise<void> {
    return this.#done.promise
  }

  get state(): State {
    return this.#state
  }

  get isOver(): boolean {
    return this.#state !== 'flowing' && this.#state !== 'busy'
  }

  /** Ends the reading; `done` rejects with this reason. Harmless after the end. */
  readonly stop = (reason: unknown): void => this.#end('stopped', reason)

  readonly #onAbort = (): void => this.#end('stopped', this.#signal?.reason)

  readonly #onData = (chunk: Uint8Array): void => {
    // A listener that was called before this one may have stopped the reading.
    if (this.isOver) return
    this.#received += chunk.length
    this.#watch.touch(chunk.length)
    if (this.#state === 'busy') {
      this.#late.push(chunk)
      // Other code has resumed the request. Without a new pause, the rest of the body would pile up here.
      this.#request.pause()
    } else {
      this.#hand(chunk, this.#ownership.isOurs)
    }
  }

  readonly #onEnd = (): void => {
    // HTTP/2 also ends a stream that its client has reset.
    if (this.#request.aborted === true) {
      this.#onClose()
      return
    }
    this.#hasEnded = true
    // A paused request may end, since the end was already on its way behind the last chunk.
    if (this.#state !== 'busy') this.#finish()
  }

  readonly #onClose = (): void => {
    // A stream also closes after its end.
    if (!this.#hasEnded) this.#lose('the connection was lost')
  }

  readonly #onListener = (event: string): void => {
    this.#ownership.addListener(event)
    if (event === 'readable' && !this.#fetches) this.#fetchFromNowOn()
  }

  #hand(chunk: Uint8Array, isGiven: boolean): void {
    let ready: Promise<void> | undefined
    try {
      ready = this.#sink(chunk, isGiven)
    } catch (error) {
      this.stop(error)
      return
    }
    if (ready === undefined) return
    ready.then(this.#goOn, this.stop)
    if (this.#state !== 'flowing') return
    this.#state = 'busy'
    this.#request.pause()
    this.#watch.suspend()
  }

  /** The sink is ready again. */
  readonly #goOn = (): void => {
    if (this.#state !== 'busy') return
    this.#state = 'flowing'
    this.#handLate()
    if (this.#state !== 'flowing') return
    if (this.#hasEnded) {
      this.#finish()
      return
    }
    this.#watch.resume()
    this.#request.resume()
    if (this.#fetches) this.#fetch()
  }

  #handLate(): void {
    while (this.#state === 'flowing') {
      const chunk = this.#late.shift()
      if (chunk === undefined) return
      this.#hand(chunk, false)
    }
  }

  /** While there is a listener to `readable`, nothing flows in Node. A chunk comes as `data` when it is fetched. */
  #fetchFromNowOn(): void {
    this.#fetches = true
    this.#request.on('readable', this.#onReadable)
  }

  /** The other listeners may fetch first: each chunk that they fetch reaches the sink too. */
  readonly #onReadable = (): void => queueMicrotask(this.#fetch)

  readonly #fetch = (): void => {
    while (this.#state === 'flowing' && (this.#request.read?.() ?? null) !== null);
  }

  #finish(): void {
    if (this.#received >= this.#length) this.#end('ended')
    // Node discards the rest of the body after the answer, and ends the request as if the body were whole.
    else this.#lose(`${this.#received} of ${this.#length} bytes arrived`)
  }

  #lose(reason: string): void {
    this.#end('gone', new UploadError('truncated-body', { reason }))
  }

  #end(state: 'stopped' | 'ended' | 'gone', error?: unknown): void {
    if (this.isOver) return
    this.#state = state
    this.#watch.stop()
    this.#signal?.removeEventListener('abort', this.#onAbort)
    if (state === 'ended') {
      // No event comes any more, so the listeners can stay.
      this.#done.resolve()
      return
    }
    this.#leave()
    if (state === 'stopped') this.#request.pause()
    this.#done.reject(error)
  }

  #leave(): void {
    const request = this.#request
    request.off('newListener', this.#onListener)
    request.off('data', this.#onData)
    request.off('end', this.#onEnd)
    request.off('close', this.#onClose)
    if (this.#fetches) request.off('readable', this.#onReadable)
    this.#ownership.end()
  }
}

function ignore(): void {}
