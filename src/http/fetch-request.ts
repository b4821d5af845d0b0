import { UploadError } from '../errors/upload-error.ts'
import type { ByteSink, ByteSource, DrainLimits, ReadOptions } from './byte-source.ts'
import { parseContentLength } from './content-length.ts'
import { ContentType } from './content-type.ts'
import { DRAIN_LIMITS, drainWithin } from './discard-body.ts'
import { IdleWatch } from './idle-watch.ts'
import type { Incoming } from './incoming.ts'
import { makeYoungGarbage } from '../runtime/young-garbage.ts'

/** Facts about a request that only an adapter knows. */
export interface FetchRequestOptions {
  /** The path that a framework has already stripped from the URL. Default none. */
  readonly mount?: string | undefined
  /** The client's IP address, which a Fetch `Request` does not hold. */
  readonly clientAddress?: string | undefined
  /** Default 512 MiB, 30 seconds, 5 seconds of silence. */
  readonly drainLimits?: DrainLimits | undefined
}

/** A Fetch `Request` as `Incoming`. */
export function fromFetchRequest(request: Request, options: FetchRequestOptions = {}): Incoming {
  const { mount = '', drainLimits = DRAIN_LIMITS, clientAddress } = options
  const { pathname, search, host, protocol } = new URL(request.url)
  const hasBody =
    request.body !== null || request.headers.has('content-length') || request.headers.has('transfer-encoding')
  return {
    method: request.method,
    target: pathname + search,
    mount,
    prefix: '',
    // Some runtimes tell the Host only in the URL.
    header: (name) => request.headers.get(name) ?? (name === 'host' ? host : undefined),
    contentType: new ContentType(request.headers.get('content-type') ?? undefined),
    body: hasBody ? new FetchBody(request, drainLimits) : undefined,
    clientAddress,
    isSecure: protocol === 'https:',
    isPortKnown: true,
    signal: request.signal,
    native: request,
  }
}

class FetchBody implements ByteSource {
  readonly length: number | undefined
  /** A `Response` is sent after its handler has returned. The runtime then cuts off the rest of the body. */
  readonly fullDuplex = false
  readonly #request: Request
  readonly #drainLimits: DrainLimits
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #drained: Promise<void> | undefined
  #stop: ((reason: unknown) => void) | undefined
  #ended = false
  #size = 0

  constructor(request: Request, drainLimits: DrainLimits) {
    const length = request.headers.get('content-length')
    this.length = length === null ? undefined : parseContentLength(length)
    this.#request = request
    this.#drainLimits = drainLimits
  }

  get unread(): boolean {
    return this.#reader === undefined && !isTaken(this.#request)
  }

  async read(sink: ByteSink, options: ReadOptions = {}): Promise<void> {
    if (!this.unread) {
      throw new TypeError(
        'The body of this request has been read already, by request.formData(), request.json() or a body parser. ' +
          'Let Decant have the request first, or give it request.clone().',
      )
    }
    options.signal?.throwIfAborted()
    this.#reader = this.#request.body?.getReader()
    await this.#consume(sink, options)
  }

  stop(reason: unknown): void {
    if (this.#drained === undefined) this.#stop?.(reason)
  }

  async drain(limits: DrainLimits = this.#drainLimits): Promise<void> {
    this.#drained ??= this.#drain(limits)
    await this.#drained
  }

  async #drain(limits: DrainLimits): Promise<void> {
    if (this.#ended || (this.#reader === undefined && isTaken(this.#request))) return
    this.#reader ??= this.#request.body?.getReader()
    await drainWithin(limits, (sink, options) => this.#consume(sink, options)).catch(() =>
      // body-too-large, request-timeout, truncated-body or the time-out: a limit was reached, or the client went away.
      this.#reader?.cancel().catch(ignore),
    )
  }

  async #consume(sink: ByteSink, { idleTimeoutMs, minRate, signal }: ReadOptions): Promise<void> {
    const stopped = Promise.withResolvers<never>()
    this.#stop = stopped.reject
    const onAbort = (): void => stopped.reject(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    const watch = new IdleWatch(idleTimeoutMs, stopped.reject, minRate)
    let isStopped = false
    const reader = this.#reader
    const pump = async (): Promise<void> => {
      for (;;) {
        let value: Uint8Array | undefined
        try {
          // This is the only promise for each chunk, unless the sink returns one.
          value = (await reader?.read())?.value
        } catch (error) {
          // A network error: a TypeError on Node, another one elsewhere.
          throw new UploadError('truncated-body', { reason: 'the connection was lost' }, { cause: error })
        }
        if (value !== undefined) this.#size += value.length
        else this.#end()
        if (value === undefined || isStopped) return
        watch.touch(value.length)
        makeYoungGarbage(value.length)
        const ready = sink(value)
        if (ready === undefined) continue
        watch.suspend()
        await ready
        watch.resume()
      }
    }
    try {
      // One race for the whole body: a race for each chunk would keep all chunks in memory until the end.
      await Promise.race([pump(), stopped.promise])
    } finally {
      isStopped = true
      watch.stop()
      signal?.removeEventListener('abort', onAbort)
    }
  }

  #end(): void {
    this.#ended = true
    if (this.length !== undefined && this.#size < this.length) {
      throw new UploadError('truncated-body', { reason: `${this.#size} of ${this.length} bytes arrived` })
    }
  }
}

/** Other code has read the body, or is reading it. */
function isTaken({ bodyUsed, body }: Request): boolean {
  return bodyUsed || body?.locked === true
}

function ignore(): void {}
