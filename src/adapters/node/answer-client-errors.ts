import type { EventEmitter } from 'node:events'
import { STATUS_CODES } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { UploadError } from '../../errors/upload-error.ts'
import type { AnyUploadError } from '../../errors/upload-error.ts'
import { problemOutgoing } from '../../http/problem-outgoing.ts'
import type { AnyNodeRequest, AnyNodeResponse } from './node-exchange.ts'

/** Milliseconds for which a client may go on sending, lest its connection is reset before it has read the answer. */
const LISTEN_MS = 5_000

/** What Node gives a head to arrive. */
const HEADERS_TIMEOUT_MS = 60_000

/** What a server of `node:http` has, and one of `node:http2` where it speaks HTTP/1 too; Node's types do not tell. */
export interface ServerTimeouts {
  requestTimeout?: number
  headersTimeout?: number
  keepAliveTimeout?: number
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/**
 * Answers what Node's parser cannot read with problem details (RFC 9457), and lets the client hear them: Node itself says
 * no more than the status, and resets a client that is still sending. Leaves it alone where somebody else listens to
 * `clientError`.
 */
export function answerClientErrors(server: EventEmitter & ServerTimeouts): void {
  const running = new Map<Socket, Set<Exchange>>()
  server.on('request', (request: AnyNodeRequest, response: AnyNodeResponse) => {
    // A stream of HTTP/2 has no place in a row.
    if ('stream' in request || 'stream' in response) return
    const { socket } = request
    const exchanges = running.get(socket) ?? new Set()
    const exchange = { request, response }
    running.set(socket, exchanges.add(exchange))
    response.on('close', () => {
      exchanges.delete(exchange)
      if (exchanges.size === 0 && running.get(socket) === exchanges) running.delete(socket)
    })
  })
  const refused = new WeakSet<Socket>()
  server.on('clientError', (error: Error, socket: Socket) => {
    // The parser stays as it is, and says so for all that comes after.
    if (refused.has(socket) || server.listenerCount('clientError') > 1) return
    refused.add(socket)
    const refusal = toRefusal(error, server)
    // ECONNRESET and the like, and what is no TLS where it should be: there is nobody to talk to.
    if (refusal === undefined || !socket.writable) socket.destroy(error)
    else void answer(socket, refusal, [...(running.get(socket) ?? [])])
  })
}

async function answer(socket: Socket, refusal: AnyUploadError, exchanges: readonly Exchange[]): Promise<void> {
  const unfinished = exchanges.findLast(({ request }) => !request.complete)
  if (unfinished?.response.headersSent === true) {
    // It is the rest of a body that was refused already; that answer goes out, and nothing else can.
    socket.destroySoon()
    return
  }
  // Answers go out in order: those to the requests before come first (RFC 9112 section 9.3.2).
  for (const { response } of exchanges) {
    if (response !== unfinished?.response && !response.closed) {
      await new Promise((resolve) => response.on('close', resolve))
    }
  }
  write(socket, refusal)
  const timer = setTimeout(() => socket.destroy(), LISTEN_MS)
  socket.on('close', () => clearTimeout(timer))
}

function write(socket: Socket, refusal: AnyUploadError): void {
  const { status, headers, body } = problemOutgoing(refusal, 'GET')
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}`)
  socket.write([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', ''].join('\r\n'))
  if (body instanceof Uint8Array) socket.write(body)
  socket.end()
}

/** `undefined` for what is no fault of a request. */
function toRefusal(error: Error, { headersTimeout = HEADERS_TIMEOUT_MS }: ServerTimeouts): AnyUploadError | undefined {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'HPE_HEADER_OVERFLOW') return new UploadError('header-too-large', {})
  if (code === 'HPE_INVALID_EOF_STATE') return new UploadError('truncated-body', {})
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new UploadError('request-timeout', { idleTimeoutMs: headersTimeout })
  if (!code.startsWith('HPE_')) return undefined
  return new UploadError('malformed-request', { reason: 'it does not keep to HTTP' })
}
