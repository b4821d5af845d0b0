import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Incoming } from '../../src/http/incoming.ts'
import type { Outgoing } from '../../src/http/outgoing.ts'

export interface OutgoingServer extends AsyncDisposable {
  readonly origin: string
  /** Sends a request as it is written, which clients with a URL parser would not, and gives the whole answer. */
  raw(request: string): Promise<string>
}

/** A server of nothing but what `answer` gives; 404 for `undefined`. Close it when done, or hold it with `await using`. */
export async function outgoingServer(
  answer: (incoming: Incoming) => Promise<Outgoing | undefined>,
): Promise<OutgoingServer> {
  const server = createServer((request, response) => {
    answer(toIncoming(request))
      .then((outgoing) => write(outgoing ?? { status: 404, headers: {} }, response))
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  const { port } = address
  return {
    origin: `http://127.0.0.1:${port}`,
    async raw(request) {
      const socket = connect(port, '127.0.0.1')
      socket.write(request)
      return text(socket)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}

function toIncoming(request: IncomingMessage): Incoming {
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    mount: '',
    header(name) {
      const value = request.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
    body: undefined,
    signal: new AbortController().signal,
    native: request,
  }
}

async function write({ status, headers, body }: Outgoing, response: ServerResponse): Promise<void> {
  response.writeHead(status, { ...headers })
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) response.end(body)
  else await pipeline(Readable.from(body, { objectMode: false }), response)
}
