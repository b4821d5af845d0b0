import type { ByteSink, ByteSource, DrainLimits, ReadOptions } from './byte-source.ts'
import { parseContentLength } from './content-length.ts'
import { DRAIN_LIMITS, drainWithin } from './discard-body.ts'
import { NodeReading } from './node-reading.ts'
import type { ReadableRequest } from './readable-request.ts'

/**
 * The body that reads a request. A request can be wrapped several times but read only once. The body is kept on the
 * request, since a `WeakMap` costs a microsecond for each request.
 */
const READER: unique symbol = Symbol('decant.reader')

interface KnownRequest extends ReadableRequest {
  [READER]?: NodeBody
}

/** Facts that only an adapter knows, since it sees the response too. */
export interface NodeBodyOptions {
  /**
   * The answer can be written and held open until the body is drained. Default: unless the connection is to be closed.
   */
  readonly fullDuplex?: boolean
  /** Default 512 MiB, 30 seconds, 5 seconds of silence. */
  readonly drainLimits?: DrainLimits | undefined
}

/** The body of a Node request. */
export class NodeBody implements ByteSource {
  readonly length: number | undefined
  readonly fullDuplex: boolean
  readonly #request: KnownRequest
  readonly #drainLimits: DrainLimits
  #reading: NodeReading | undefined
  #drained: Promise<void> | undefined

  constructor(request: ReadableRequest, { fullDuplex, drainLimits = DRAIN_LIMITS }: NodeBodyOptions) {
    const length = request.headers['content-length']
    this.length = typeof length === 'string' ? parseContentLength(length) : undefined
    this.fullDuplex = fullDuplex ?? !closesConnection(request)
    this.#request = request
    this.#drainLimits = drainLimits
  }

  get unread(): boolean {
    return this.#reading === undefined && !this.#request.readableDidRead
  }

  read(sink: ByteSink, options: ReadOptions = {}): Promise<void> {
    const { readableDidRead, readableEnded } = this.#request
    if (this.#request[READER] !== undefined || readableDidRead || readableEnded) return Promise.reject(alreadyRead())
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- The reason that the signal's owner has given.
    if (options.signal?.aborted === true) return Promise.reject(options.signal.reason)
    return this.#consume(sink, options, this.length)
  }

  stop(reason: unknown): void {
    if (this.#drained === undefined) this.#reading?.stop(reason)
  }

  async drain(limits: DrainLimits = this.#drainLimits): Promise<void> {
    const reader = this.#request[READER] ?? this
    // A reading that goes on gets the whole body.
    if (reader.#reading?.isOver === false && reader.#drained === undefined) return
    reader.#drained ??= reader.#drain(limits)
    await reader.#drained
  }

  async #drain(limits: DrainLimits): Promise<void> {
    // Another part of the program reads it, or the client has no more to send.
    if (this.#reading === undefined ? this.#request.readableDidRead : this.#reading.state !== 'stopped') return
    await drainWithin(limits, (sink, options) => this.#consume(sink, options)).catch(() => {
      // body-too-large, request-timeout, truncated-body or the time-out: a limit was reached, or the client went away.
      hangUp(this.#request)
    })
  }

  /** @param length the fewest bytes that a complete body has */
  #consume(sink: ByteSink, options: ReadOptions, length: number = 0): Promise<void> {
    this.#request[READER] = this
    this.#reading = new NodeReading(this.#request, sink, options, length)
    return this.#reading.done
  }
}

/**
 * Node closes such a connection at once after the answer, and the kernel resets it if the client is still sending.
 * HTTP/2 closes streams one by one.
 */
function closesConnection({ headers, httpVersionMajor, httpVersionMinor }: ReadableRequest): boolean {
  if (httpVersionMajor !== 1) return false
  return httpVersionMinor === 0 || String(headers['connection']).toLowerCase().includes('close')
}

/** Stops receiving a body: closes its connection. With HTTP/2, closes only this stream, after its answer is sent. */
function hangUp(request: ReadableRequest): void {
  // NO_ERROR: the answer stands, and only the rest of the body is not wanted (RFC 9113 section 8.1).
  if (request.stream !== undefined) request.stream.close()
  else request.destroy()
}

function alreadyRead(): TypeError {
  return new TypeError(
    'The body of this request has been read already, probably by a body parser (express.json(), express.urlencoded(), ' +
      'multer, koa-body, a Fastify content-type parser or the like). Let Decant have the request first: mount it before ' +
      'the parser, or leave the parser out for this route. In NestJS, whose own parsers read JSON and urlencoded forms: ' +
      'NestFactory.create(AppModule, { bodyParser: false }), and app.useBodyParser("json") if other routes need it.',
  )
}
