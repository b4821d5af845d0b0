import { UploadError } from '../errors/upload-error.ts'
import type { ByteSink, ByteSource, DrainLimits, ReadOptions } from './byte-source.ts'
import { DRAIN_LIMITS, drainWithin } from './discard-body.ts'
import { parseContentLength } from './content-length.ts'
import { ContentType } from './content-type.ts'
import { turnToRead } from './end-of-turn.ts'
import { IdleWatch } from './idle-watch.ts'
import type { Incoming, MountedPath } from './incoming.ts'
import { IS_NODE } from './is-node.ts'
import { hasOwnChunks } from './own-chunks.ts'

/**
 * What Decant needs of Node's `IncomingMessage`, and of Express' and Koa's and Fastify's raw one: its shape alone, so that
 * the core runs where there is no Node.
 */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** Express: the path at which the router is mounted, already stripped from `url`. */
  readonly baseUrl?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly socket?:
    | {
        readonly remoteAddress?: string | undefined
        readonly encrypted?: boolean | undefined
        /** What reads HTTP/1 from it. */
        readonly parser?: unknown
      }
    | null
    | undefined
  readonly httpVersionMajor: number
  readonly httpVersionMinor: number
  /** The whole body has arrived. */
  readonly complete: boolean
  /** Somebody has begun to read the body. */
  readonly readableDidRead: boolean
  /** Somebody has read it to its end, even if it had no byte. */
  readonly readableEnded: boolean
  readonly destroyed: boolean
  /** HTTP/2: the client has given up this stream, and what ended it is no end of the body. */
  readonly aborted?: boolean | undefined
  /** HTTP/2 only. */
  readonly stream?:
    | {
        /** The header was all there was. */
        readonly endAfterHeaders?: boolean | undefined
        close(code?: number): void
      }
    | undefined
  /** How many listen to `event`. */
  listenerCount?(event: string): number
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  on(event: 'end' | 'close' | 'error', listener: () => void): unknown
  on(event: 'newListener', listener: (event: string) => void): unknown
  off(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  off(event: 'end' | 'close', listener: () => void): unknown
  off(event: 'newListener', listener: (event: string) => void): unknown
  pause(): unknown
  read?(size: number): unknown
  destroy(): unknown
  resume(): unknown
}

/** What only an adapter that has the response too can know. */
export interface NodeRequestOptions {
  /**
   * The answer can be written and held open until the body is drained. Default: unless the connection is to be closed.
   */
  readonly fullDuplex?: boolean
  /** Aborts when the client has gone. Default: when it goes before its request is complete. */
  readonly signal?: AbortSignal
  /** Where a framework has its handler. Default: the request's `baseUrl` and `url`. */
  readonly place?: MountedPath | undefined
  /** Default 512 MiB, 30 seconds, 5 seconds of silence. */
  readonly drainLimits?: DrainLimits | undefined
}

/** A Node request as `Incoming`. */
export function fromNodeRequest(request: NodeRequest, options: NodeRequestOptions = {}): Incoming {
  const { headers } = request
  // HTTP/2 has no framing headers; there the frame of the header tells whether it is the last (RFC 9113 section 8.1).
  const hasBody =
    headers['content-length'] !== undefined ||
    headers['transfer-encoding'] !== undefined ||
    (request.httpVersionMajor >= 2 && request.stream?.endAfterHeaders !== true)
  const { target, authority } = splitTarget(request.url ?? '/')
  // HTTP/2 has another word for it (RFC 9113 section 8.3.1).
  const host = authority ?? headers['host'] ?? headers[':authority']
  const header = (name: string): string | undefined => {
    const value = name === 'host' ? host : headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }
  return {
    method: request.method ?? 'GET',
    target: options.place?.target ?? target,
    mount: options.place?.mount ?? request.baseUrl ?? '',
    prefix: '',
    header,
    contentType: new ContentType(header('content-type')),
    body: hasBody ? new NodeBody(request, options) : undefined,
    // Now: a closed socket does not know any more.
    clientAddress: request.socket?.remoteAddress,
    isSecure: request.socket?.encrypted === true,
    isPortKnown: true,
    // No getter: V8 gives each object that is written with one a shape of its own, and keeps all that it refers to for long.
    signal: options.signal ?? goneSignal(request),
    native: request,
  }
}

/** In absolute-form the host that is asked stands before the path, and counts (RFC 9112 section 3.2.2). */
export function splitTarget(url: string): { target: string; authority: string | undefined } {
  if (url.startsWith('/')) return { target: url, authority: undefined }
  const [absolute, authority] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? []
  if (absolute === undefined) return { target: url, authority }
  const rest = url.slice(absolute.length)
  return { target: rest.startsWith('/') ? rest : `/${rest}`, authority }
}

function goneSignal(request: NodeRequest): AbortSignal {
  const controller = new AbortController()
  const onClose = (): void => {
    if (!request.complete || request.aborted === true) controller.abort(new UploadError('truncated-body', {}))
  }
  if (request.destroyed) onClose()
  else request.on('close', onClose)
  return controller.signal
}

/**
 * After the answer Node closes such a connection at once, and the kernel resets it if the client is still sending. HTTP/2
 * closes streams one by one.
 */
function closesConnection({ headers, httpVersionMajor, httpVersionMinor }: NodeRequest): boolean {
  if (httpVersionMajor !== 1) return false
  return httpVersionMinor === 0 || String(headers['connection']).toLowerCase().includes('close')
}

/**
 * Who reads the body of a request: it may have become `Incoming` several times, and can be read once. Kept on the request, since a
 * `WeakMap` costs each of them a microsecond.
 */
const READER: unique symbol = Symbol('decant.reader')

interface ReadableRequest extends NodeRequest {
  [READER]?: NodeBody
}

/** Events at which listeners get chunks, or fetch them. */
const SHARERS: readonly string[] = ['data', 'readable']

/**
 * The body by `data` events: with no stream or promise between the socket and the sink, a chunk costs one call.
 */
class NodeBody implements ByteSource {
  readonly length: number | undefined
  readonly fullDuplex: boolean
  readonly #request: ReadableRequest
  readonly #drainLimits: DrainLimits
  readonly #ownChunks: boolean
  #drained: Promise<void> | undefined
  #stop: ((reason: unknown) => void) | undefined
  #state: 'unread' | 'reading' | 'stopped' | 'ended' | 'gone' = 'unread'

  constructor(request: NodeRequest, { fullDuplex, drainLimits = DRAIN_LIMITS }: NodeRequestOptions) {
    const length = request.headers['content-length']
    this.length = typeof length === 'string' ? parseContentLength(length) : undefined
    this.fullDuplex = fullDuplex ?? !closesConnection(request)
    this.#request = request
    this.#drainLimits = drainLimits
    this.#ownChunks = hasOwnChunks(request)
  }

  get unread(): boolean {
    return this.#state === 'unread' && !this.#request.readableDidRead
  }

  read(sink: ByteSink, options: ReadOptions = {}): Promise<void> {
    const { readableDidRead, readableEnded } = this.#request
    if (this.#request[READER] !== undefined || readableDidRead || readableEnded) return Promise.reject(alreadyRead())
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- Whatever its owner has given for a reason.
    if (options.signal?.aborted === true) return Promise.reject(options.signal.reason)
    return this.#consume(sink, options, this.length)
  }

  stop(reason: unknown): void {
    if (this.#drained === undefined) this.#stop?.(reason)
  }

  async drain(limits: DrainLimits = this.#drainLimits): Promise<void> {
    const reader = this.#request[READER] ?? this
    // Whoever is in the middle of reading gets all of it.
    if (reader.#state === 'reading' && reader.#drained === undefined) return
    reader.#drained ??= reader.#drain(limits)
    await reader.#drained
  }

  async #drain(limits: DrainLimits): Promise<void> {
    // Somebody who is none of us reads it.
    if (this.#state === 'unread' && this.#request.readableDidRead) return
    if (this.#state === 'ended' || this.#state === 'gone') return
    await drainWithin(limits, (sink, options) => this.#consume(sink, options)).catch(() => {
      // body-too-large, request-timeout, truncated-body or the time-out: a cap was met, or the client went away.
      hangUp(this.#request)
    })
  }

  /** @param length that a whole body has at least */
  #consume(sink: ByteSink, { idleTimeoutMs, minRate, signal }: ReadOptions, length: number = 0): Promise<void> {
    const request = this.#request
    request[READER] = this
    this.#state = 'reading'
    return new Promise((resolve, reject) => {
      let settled = false
      /** What the sink asks to wait for. */
      let pending: Promise<void> | undefined
      let ended = false
      let received = 0
      let watch: IdleWatch | undefined
      // Whoever else gets the chunks, or has got one of them, may keep it.
      let isShared = !this.#ownChunks || SHARERS.some((event) => request.listenerCount?.(event) !== 0)
      const onListener = (event: string): void => {
        if (SHARERS.includes(event)) isShared = true
      }
      const settle = (state: 'stopped' | 'ended' | 'gone', error?: unknown): void => {
        // Not `#state`: what this sink still waited for may fail when the rest is being drained.
        if (settled) return
        settled = true
        this.#state = state
        watch?.stop()
        signal?.removeEventListener('abort', onAbort)
        if (state === 'ended') {
          // Nothing comes any more to those who listen.
          resolve()
          return
        }
        request.off('newListener', onListener)
        request.off('data', onData)
        request.off('end', onEnd)
        request.off('close', onClose)
        if (state === 'stopped') request.pause()
        reject(error)
      }
      const stop = (error: unknown): void => settle('stopped', error)
      this.#stop = stop
      const finish = (): void => {
        if (received >= length) settle('ended')
        // Of a request that is answered already Node throws away what comes, and then ends it as though that were all.
        else settle('gone', new UploadError('truncated-body', { reason: `${received} of ${length} bytes arrived` }))
      }
      const goOn = (): void => {
        if (settled) return
        pending = undefined
        if (ended) {
          finish()
          return
        }
        watch?.resume()
        request.resume()
      }
      const start = (): void => {
        if (settled) return
        // What is here already is not waited for. Node's own HTTP/1 is known to say so when the last byte has come.
        const isHere = IS_NODE && request.httpVersionMajor === 1 && request.complete
        watch = new IdleWatch(isHere ? undefined : idleTimeoutMs, stop, minRate)
        // Somebody else has resumed it meanwhile, and the sink has its first chunk.
        if (pending !== undefined) watch.suspend()
        else request.resume()
      }
      const onData = (chunk: Uint8Array): void => {
        received += chunk.length
        watch?.touch(chunk.length)
        try {
          // Where it waits, somebody else has resumed the request.
          const ready = pending === undefined ? sink(chunk, !isShared) : pending.then(() => sink(chunk, !isShared))
          if (ready === undefined) return
          pending = ready
          request.pause()
          watch?.suspend()
          const proceed = (): void => {
            if (pending === ready) goOn()
          }
          ready.then(proceed, stop)
        } catch (error) {
          stop(error)
        }
      }
      const onEnd = (): void => {
        // A paused stream may still end: the end was on its way with the last chunk, which the sink is not done with.
        // HTTP/2 says so of a stream that the client has reset, too.
        if (request.aborted === true) {
          onClose()
          return
        }
        ended = true
        if (pending === undefined) finish()
      }
      const onClose = (): void => {
        // After its end a stream closes itself.
        if (!ended) settle('gone', new UploadError('truncated-body', { reason: 'the connection was lost' }))
      }
      const onAbort = (): void => stop(signal?.reason)

      const turn = turnToRead(this.length)
      // Or to listen would begin it.
      request.pause()
      // A client that goes away is an `error` and a `close`; the former would end the process if nobody listened.
      request.on('error', ignore)
      request.on('data', onData)
      request.on('end', onEnd)
      request.on('close', onClose)
      request.on('newListener', onListener)
      signal?.addEventListener('abort', onAbort)
      if (signal?.aborted === true) onAbort()
      else if (request.destroyed) onClose()
      else if (turn === undefined) start()
      else {
        // Or Node throws away what comes once the request is answered, since nobody has asked for it.
        if (request.httpVersionMajor === 1) request.read?.(0)
        turn.then(start).catch(stop)
      }
    })
  }
}

function ignore(): void {}

/** Takes no more of a body: with its connection, or of HTTP/2 with this stream alone, once its answer is out. */
function hangUp(request: NodeRequest): void {
  // NO_ERROR: the answer stands, and only the rest of the body is not wanted (RFC 9113 section 8.1).
  if (request.stream !== undefined) request.stream.close()
  else request.destroy()
}

function alreadyRead(): TypeError {
  return new TypeError(
    'The body of this request has been read already, probably by a body parser (express.json(), express.urlencoded(), ' +
      'multer, koa-body, a Fastify content-type parser or the like). Let Decant have the request first: mount it before ' +
      'the parser, or leave the parser out for this route. In NestJS, whose own parsers read JSON and urlencoded forms: ' +
      'NestFactory.create(AppModule, { bodyParser: false }), and app.useBodyParser("json") where that is wanted.',
  )
}
