import { UploadError } from '../errors/upload-error.ts'
import type { ByteSink, ByteSource, DrainLimits, ReadOptions } from './byte-source.ts'
import { parseContentLength } from './content-length.ts'
import { drainWithin } from './discard-body.ts'
import { IdleWatch } from './idle-watch.ts'
import type { Incoming } from './incoming.ts'

/** A Fetch `Request` as `Incoming`; `mount` is the path that a framework has already stripped from its URL. */
export function fromFetchRequest(request: Request, mount = ''): Incoming {
  const { pathname, search } = new URL(request.url)
  const hasBody =
    request.body !== null || request.headers.has('content-length') || request.headers.has('transfer-encoding')
  return {
    method: request.method,
    target: pathname + search,
    mount,
    header: (name) => request.headers.get(name) ?? undefined,
    body: hasBody ? new FetchBody(request) : undefined,
    signal: request.signal,
    native: request,
  }
}

class FetchBody implements ByteSource {
  readonly length: number | undefined
  /** A `Response` is sent after its handler has returned, and what is left of the body is then cut off. */
  readonly fullDuplex = false
  readonly #request: Request
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #drained: Promise<void> | undefined
  #ended = false
  #size = 0

  constructor(request: Request) {
    const length = request.headers.get('content-length')
    this.length = length === null ? undefined : parseContentLength(length)
    this.#request = request
  }

  get unread(): boolean {
    return this.#reader === undefined && !this.#request.bodyUsed
  }

  async read(sink: ByteSink, options: ReadOptions = {}): Promise<void> {
    if (this.#request.bodyUsed || this.#reader !== undefined) {
      throw new TypeError(
        'The body of this request has been read already, by request.formData(), request.json() or a body parser. ' +
          'Let Decant have the request first, or give it request.clone().',
      )
    }
    options.signal?.throwIfAborted()
    this.#reader = this.#request.body?.getReader()
    await this.#consume(sink, options)
  }

  async drain(limits: DrainLimits): Promise<void> {
    this.#drained ??= this.#drain(limits)
    await this.#drained
  }

  async #drain(limits: DrainLimits): Promise<void> {
    if (this.#ended || (this.#reader === undefined && this.#request.bodyUsed)) return
    this.#reader ??= this.#request.body?.getReader()
    await drainWithin(limits, (sink, options) => this.#consume(sink, options)).catch(() =>
      // body-too-large, request-timeout, truncated-body or the time-out: a cap was met, or the client went away.
      this.#reader?.cancel().catch(ignore),
    )
  }

  async #consume(sink: ByteSink, { idleTimeoutMs, signal }: ReadOptions): Promise<void> {
    const stopped = Promise.withResolvers<never>()
    stopped.promise.catch(ignore)
    const onAbort = (): void => stopped.reject(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    const watch = new IdleWatch(idleTimeoutMs, stopped.reject)
    try {
      for (;;) {
        const chunk = await Promise.race([this.#next(), stopped.promise])
        if (chunk === undefined) return
        watch.touch()
        const ready = sink(chunk)
        if (ready === undefined) continue
        watch.suspend()
        await ready
        watch.resume()
      }
    } finally {
      watch.stop()
      signal?.removeEventListener('abort', onAbort)
    }
  }

  async #next(): Promise<Uint8Array | undefined> {
    let result: { done: boolean; value?: Uint8Array | undefined }
    try {
      result = (await this.#reader?.read()) ?? { done: true }
    } catch (error) {
      // A network error: a TypeError on Node, another one elsewhere.
      throw new UploadError('truncated-body', { reason: 'the connection was lost' }, { cause: error })
    }
    if (result.value !== undefined) {
      this.#size += result.value.length
      return result.value
    }
    this.#ended = true
    if (this.length !== undefined && this.#size < this.length) {
      throw new UploadError('truncated-body', { reason: `${this.#size} of ${this.length} bytes arrived` })
    }
    return undefined
  }
}

function ignore(): void {}
