import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/**
 * A client of HTTP/1.1 that sends exactly the bytes of the test. It does not normalise URLs, hide refusals or repeat
 * requests.
 */
export class RawClient {
  readonly #socket: Socket
  /** Bytes that came and were not taken yet. */
  #chunks: Buffer[] = []
  #ended = false

  /** `origin` as `http://host:port`. */
  static async connect(origin: string): Promise<RawClient> {
    const { hostname, port } = new URL(origin)
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), noDelay: true })
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    // ECONNRESET and EPIPE: `#ended` reports them, and so do missing answers.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#ended = true
    })
    socket.on('end', () => {
      this.#ended = true
    })
  }

  /**
   * Text is sent as one byte for each character. Resolves when the system has taken it; rejects when the connection is
   * closed.
   */
  async send(data: string | Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data, (error) =>
        error ? reject(error) : resolve(),
      )
    })
  }

  /** The next answer, interim ones (1xx) too. Rejects when the connection ends before it does. */
  async answer(method: string = 'GET'): Promise<RawAnswer> {
    const head = await this.#take((bytes) => {
      const at = bytes.indexOf('\r\n\r\n')
      return at === -1 ? undefined : at + 4
    })
    const [first = '', ...lines] = head.toString('latin1').trimEnd().split('\r\n')
    const headers: Record<string, string> = {}
    for (const line of lines) {
      const colon = line.indexOf(':')
      const name = line.slice(0, colon).toLowerCase()
      const value = line.slice(colon + 1).trim()
      headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
    }
    const status = Number(first.split(' ')[1])
    const hasBody = method !== 'HEAD' && status >= 200 && status !== 204 && status !== 304
    return { status, headers, body: hasBody ? await this.#body(headers) : Buffer.alloc(0) }
  }

  /** Sends a request and resolves to its answer. */
  async ask(request: string): Promise<RawAnswer> {
    await this.send(request)
    return this.answer(request.split(' ', 1)[0])
  }

  /** Takes exactly this many bytes off the connection: the rest waits in the server. */
  async read(size: number): Promise<Buffer> {
    let length = sizeOf(this.#chunks)
    while (length < size) length += await this.#next()
    return this.#cut(size)
  }

  /** Everything up to the end of the connection, orderly or not. */
  async rest(): Promise<Buffer> {
    for (;;) {
      // Any kind of end.
      const more = await this.#next().catch(() => undefined)
      if (more === undefined) return this.#cut(sizeOf(this.#chunks))
    }
  }

  /** Ends its side of the connection (FIN), and still listens. */
  end(): void {
    this.#socket.end()
  }

  /** Goes away (FIN) without listening any more. */
  destroy(): void {
    this.#socket.destroy()
  }

  /** Goes away at once (RST). */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  async #body(headers: Readonly<Record<string, string>>): Promise<Buffer> {
    const length = headers['content-length']
    if (length !== undefined) return this.read(Number(length))
    if (headers['transfer-encoding'] !== 'chunked') return this.rest()
    const chunks: Buffer[] = []
    for (;;) {
      const line = await this.#take((bytes) => {
        const at = bytes.indexOf('\r\n')
        return at === -1 ? undefined : at + 2
      })
      const size = Number.parseInt(line.toString('latin1'), 16)
      const chunk = await this.read(size + 2)
      if (size === 0) return Buffer.concat(chunks)
      chunks.push(chunk.subarray(0, size))
    }
  }

  /** Reads until `enough` returns how many bytes to take: for short texts. */
  async #take(enough: (bytes: Buffer) => number | undefined): Promise<Buffer> {
    for (;;) {
      const bytes = Buffer.concat(this.#chunks)
      this.#chunks = [bytes]
      const size = enough(bytes)
      if (size !== undefined) return this.#cut(size)
      await this.#next()
    }
  }

  #cut(size: number): Buffer {
    const bytes = Buffer.concat(this.#chunks)
    this.#chunks = [bytes.subarray(size)]
    return bytes.subarray(0, size)
  }

  /** Waits for more, and resolves to its size. Bytes are read only while a caller waits. */
  async #next(): Promise<number> {
    for (;;) {
      const chunk: unknown = this.#socket.read()
      if (Buffer.isBuffer(chunk)) {
        this.#chunks.push(chunk)
        return chunk.length
      }
      if (this.#ended) {
        const begin = Buffer.concat(this.#chunks).toString('latin1', 0, 200)
        throw new Error(`The connection ended after ${JSON.stringify(begin)}`)
      }
      await this.#readable()
    }
  }

  async #readable(): Promise<void> {
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        for (const event of EVENTS) this.#socket.off(event, settle)
        resolve()
      }
      for (const event of EVENTS) this.#socket.on(event, settle)
    })
  }
}

const EVENTS = ['readable', 'end', 'close'] as const

function sizeOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((size, chunk) => size + chunk.length, 0)
}
