import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Knows which connections of a server are answering a request, so that the server can be closed without cutting them.
 * Node's own `closeIdleConnections` spares connections without a request, which browsers open in advance.
 */
export class Connections {
  readonly #server: Server
  readonly #idle = new Set<Socket>()
  readonly #closed = Promise.withResolvers<void>()
  #busy = 0
  #isClosing = false

  constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket: Socket) => {
      this.#idle.add(socket)
      socket.on('close', () => this.#idle.delete(socket))
    })
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      // A stop does not wait for requests that are only told that the server is stopping.
      if (this.#isClosing) response.on('close', () => socket.destroySoon())
      else this.#count(socket, response)
    })
    server.on('close', () => this.#closed.resolve())
  }

  /** Requests that are not answered yet, except those that came while the server was closing. */
  get busy(): number {
    return this.#busy
  }

  /** True from `close` on: a request that comes now should be told so. */
  get isClosing(): boolean {
    return this.#isClosing
  }

  /**
   * Closes idle connections, and each of the others after its answer. New connections are accepted as long as there are
   * others, so that load balancers can be told. Resolves when all are closed.
   *
   * @param graceMs milliseconds after which the rest is cut off; a later call may shorten it
   */
  async close(graceMs: number): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true
      if (this.#busy === 0) this.#end()
      else for (const socket of this.#idle) socket.destroy()
    }
    const cut = setTimeout(() => this.#end(), graceMs)
    await this.#closed.promise
    clearTimeout(cut)
  }

  #count(socket: Socket, response: ServerResponse): void {
    this.#idle.delete(socket)
    this.#busy++
    response.on('close', () => {
      this.#busy--
      if (!this.#isClosing) {
        if (!socket.destroyed) this.#idle.add(socket)
        return
      }
      socket.destroySoon()
      if (this.#busy === 0) this.#end()
    })
  }

  /** Accepts no more connections, and cuts off the remaining ones. Harmless when repeated. */
  #end(): void {
    // ERR_SERVER_NOT_RUNNING: it never listened, so there is nothing to wait for.
    this.#server.close(() => this.#closed.resolve())
    for (const socket of this.#idle) socket.destroy()
    this.#server.closeAllConnections()
  }
}
