import type { EventEmitter } from 'node:events'
import { STATUS_CODES } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { UploadError } from '../../errors/upload-error.ts'
import type { AnyUploadError } from '../../errors/upload-error.ts'
import { problemOutgoing } from '../../http/problem-outgoing.ts'
import type { AnyNodeRequest, AnyNodeResponse } from './node-exchange.ts'

/** Milliseconds for which a client may go on sending. A reset before that could cost it the answer. */
const LISTEN_MS = 5_000

/** Node's limit for the arrival of a head. */
const HEADERS_TIMEOUT_MS = 60_000

/**
 * The members of a server of `node:http`, and of one of `node:http2` that speaks HTTP/1 too. Node's types lack them.
 */
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
 * Answers a request that Node's parser cannot read with problem details (RFC 9457), which the client receives. Node
 * itself sends only the status, and resets a client that is still sending. It does nothing if another listener handles
 * `clientError`.
 */
export function answerClientErrors(server: EventEmitter & ServerTimeouts): void {
  const running = new Map<Socket, Set<Exchange>>()
  server.on('request', (request: AnyNodeRequest, response: AnyNodeResponse) => {
    // A stream of HTTP/2 does not wait behind others.
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
    // The parser stays in this state, and reports it for all later bytes.
    if (refused.has(socket) || server.listenerCount('clientError') > 1) return
    refused.add(socket)
    const refusal = toRefusal(error, server)
    // ECONNRESET and the like, and bytes that are not TLS on a TLS port: no answer would arrive.
    if (refusal === undefined || !socket.writable) socket.destroy(error)
    else void answer(socket, refusal, [...(running.get(socket) ?? [])])
  })
}

async function answer(socket: Socket, refusal: AnyUploadError, exchanges: readonly Exchange[]): Promise<void> {
  const unfinished = exchanges.findLast(({ request }) => !request.complete)
  if (unfinished?.response.headersSent === true) {
    // It is the rest of a refused body. The answer of that refusal is sent, and no other can be.
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

/** `undefined` for an error that is not a fault of a request. */
function toRefusal(error: Error, { headersTimeout = HEADERS_TIMEOUT_MS }: ServerTimeouts): AnyUploadError | undefined {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'HPE_HEADER_OVERFLOW') return new UploadError('header-too-large', {})
  if (code === 'HPE_INVALID_EOF_STATE') return new UploadError('truncated-body', {})
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new UploadError('request-timeout', { idleTimeoutMs: headersTimeout })
  if (!code.startsWith('HPE_')) return undefined
  return new UploadError('malformed-request', { reason: 'it does not keep to HTTP' })
}
