import { UploadError } from '../errors/upload-error.ts'
import { ChunkOwnership } from '../runtime/chunk-ownership.ts'
import { IS_NODE } from '../runtime/is-node.ts'
import type { ByteSink, ReadOptions } from './byte-source.ts'
import { IdleWatch } from './idle-watch.ts'
import type { ReadableRequest } from './readable-request.ts'

/**
 * - `flowing`: the next chunk goes to the sink.
 * - `busy`: the sink has asked to wait.
 * - `stopped`: the sink has failed or the caller has had enough; the rest of the body can be drained.
 * - `ended`: the body was whole.
 * - `gone`: the client went away, or has sent less than it declared.
 */
type State = 'flowing' | 'busy' | 'stopped' | 'ended' | 'gone'

/**
 * One reading of a request's body by its `data` events. No stream and no promise stands between the socket and the
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
  /** The request has had its `end`; the sink may still be busy with the last chunk. */
  #hasEnded = false
  #fetches = false

  /**
   * Starts to read.
   *
   * @param length bytes that a whole body has at least
   */
  constructor(request: ReadableRequest, sink: ByteSink, options: ReadOptions, length: number) {
    this.#request = request
    this.#sink = sink
    this.#length = length
    this.#signal = options.signal
    // A body that is here already is not waited for. Of HTTP/1, Node says so as soon as the last byte has come.
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
      // Of the chunks that are here, Node has told the other listeners only.
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

  /** Ends the reading; `done` rejects with this reason. Harmless when it is over. */
  readonly stop = (reason: unknown): void => this.#end('stopped', reason)

  readonly #onAbort = (): void => this.#end('stopped', this.#signal?.reason)

  readonly #onData = (chunk: Uint8Array): void => {
    this.#received += chunk.length
    this.#watch.touch(chunk.length)
    if (this.#state === 'busy') this.#late.push(chunk)
    else this.#hand(chunk, this.#ownership.isOurs)
  }

  readonly #onEnd = (): void => {
    // HTTP/2 ends a stream that its client has reset, too.
    if (this.#request.aborted === true) {
      this.#onClose()
      return
    }
    this.#hasEnded = true
    // A paused request may end: the end was on its way behind the chunk that the sink is busy with.
    if (this.#state !== 'busy') this.#finish()
  }

  readonly #onClose = (): void => {
    // A stream closes after its end, too.
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

  /** While anything listens to `readable`, Node lets nothing flow: a chunk comes as `data` when it is fetched. */
  #fetchFromNowOn(): void {
    this.#fetches = true
    this.#request.on('readable', this.#onReadable)
  }

  /** The other listeners may fetch first: each chunk that they fetch reaches the sink too. */
  readonly #onReadable = (): void => queueMicrotask(this.#fetch)

  readonly #fetch = (): void => {
    while (this.#state === 'flowing' && this.#request.read?.() !== null);
  }

  #finish(): void {
    if (this.#received >= this.#length) this.#end('ended')
    // Node throws away the rest of a body whose request is answered, and ends it as if that were all.
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
