import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Knows which connections of a server are answering a request, so that it can be ended without cutting them. Node's own
 * `closeIdleConnections` spares those that have not sent a request yet, which browsers open in advance.
 */
export class Connections {
  readonly #server: Server
  readonly #idle = new Set<Socket>()
  readonly #closed = Promise.withResolvers<void>()
  #busy = 0
  #closing = false

  constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket: Socket) => {
      this.#idle.add(socket)
      socket.on('close', () => this.#idle.delete(socket))
    })
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.#idle.delete(socket)
      this.#busy++
      response.on('close', () => {
        this.#busy--
        if (this.#closing) socket.destroySoon()
        else if (!socket.destroyed) this.#idle.add(socket)
      })
    })
    server.on('close', () => this.#closed.resolve())
  }

  /** Requests whose answers are not out yet. */
  get busy(): number {
    return this.#busy
  }

  /**
   * Takes no more connections, closes the idle ones and lets each of the others end with its answer. Resolves when all
   * are closed.
   *
   * @param graceMs milliseconds after which the rest is cut off; a later call may shorten it
   */
  async close(graceMs: number): Promise<void> {
    if (!this.#closing) {
      this.#closing = true
      // ERR_SERVER_NOT_RUNNING: it never listened, and there is nothing to wait for.
      this.#server.close(() => this.#closed.resolve())
      for (const socket of this.#idle) socket.destroy()
    }
    const cut = setTimeout(() => this.#server.closeAllConnections(), graceMs)
    await this.#closed.promise
    clearTimeout(cut)
  }
}
