import { IS_NODE } from './is-node.ts'

/** The parts of Node's `IncomingMessage` that tell which code has its chunks. */
interface ChunkedRequest {
  readonly httpVersionMajor: number
  readonly socket?: { readonly parser?: unknown } | null | undefined
  readonly readableFlowing?: boolean | null | undefined
  listenerCount?(event: string): number
  on(event: 'pause' | 'resume', listener: () => void): unknown
  off(event: 'pause' | 'resume', listener: () => void): unknown
}

/** The methods that hand out the chunks of a body. A program that replaces one of them may keep the chunks. */
const METHODS = ['on', 'emit', 'push', 'read'] as const

/** The events whose listeners get chunks, or fetch them. */
const SHARERS: readonly string[] = ['data', 'readable']

/**
 * Tells if a chunk of a request's body belongs to its only listener. Such a listener may give the chunk away: its
 * memory can be detached as soon as it is written.
 *
 * A chunk of a connection of HTTP/1 has memory of its own, and Node keeps no reference to it. It is shared if another
 * listener gets it too, or if another part of the program has fetched it with `read()`.
 */
export class ChunkOwnership {
  readonly #request: ChunkedRequest
  #isAlone: boolean
  /** True while Node itself pushes the chunks. A chunk that comes at another time was fetched with `read()`. */
  #isFlowing = false
  readonly #onResume = (): void => void (this.#isFlowing = true)
  readonly #onPause = (): void => void (this.#isFlowing = false)

  /** Create it before you add your own listener for `data`. */
  constructor(request: ChunkedRequest) {
    this.#request = request
    this.#isAlone = comesFromConnection(request) && SHARERS.every((event) => request.listenerCount?.(event) === 0)
    if (!this.#isAlone) return
    request.on('resume', this.#onResume)
    request.on('pause', this.#onPause)
  }

  /** True if the chunk that the request is emitting now belongs to the caller alone. */
  get isOurs(): boolean {
    // Neither fact is enough. `resume()` sets `readableFlowing` a tick before Node pushes. The event `resume` also
    // comes if the request was paused again in that tick.
    return this.#isAlone && this.#isFlowing && this.#request.readableFlowing === true
  }

  /** To be called before a listener for this event is added. */
  addListener(event: string): void {
    if (SHARERS.includes(event)) this.#isAlone = false
  }

  /** To be called after the last chunk. */
  end(): void {
    this.#request.off('resume', this.#onResume)
    this.#request.off('pause', this.#onPause)
  }
}

/**
 * True if Node has read the body from a connection of HTTP/1. Other programs also make requests, from bytes that they
 * may keep: `inject()` of Fastify, and adapters for cloud functions. Only the socket of a server has Node's parser.
 */
function comesFromConnection(request: ChunkedRequest): boolean {
  const isParsed = request.httpVersionMajor === 1 && Boolean(request.socket?.parser)
  return IS_NODE && isParsed && METHODS.every((method) => !Object.hasOwn(request, method))
}
