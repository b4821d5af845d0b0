import type { EventEmitter } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { Http2SecureServer, Http2Server } from 'node:http2'
import type { Server as SecureServer } from 'node:https'
import { answerClientErrors } from './answer-client-errors.ts'
import type { ServerTimeouts } from './answer-client-errors.ts'
import type { AnyNodeRequest, AnyNodeResponse } from './node-exchange.ts'

/** The servers of Node that speak HTTP. */
export type AnyNodeServer = Server | SecureServer | Http2Server | Http2SecureServer

/** Caddy keeps an idle connection to a server for two minutes, nginx and load balancers of AWS for one. */
const KEEP_ALIVE_TIMEOUT_MS = 125_000

const attached = new WeakSet<AnyNodeServer>()

/**
 * Prepares a server of `node:http`, `node:https` or `node:http2` for uploads. An upload that keeps moving may take as
 * long as it likes (Node's `requestTimeout` cuts every request after five minutes; `idleTimeoutMs` finds stalled ones).
 * A client that asks first (`Expect: 100-continue`) is told to go on only when its body is read. A client whose HTTP/1
 * request Node cannot read gets an answer with the reason, unless you listen to `clientError` yourself.
 *
 * An idle connection is kept for 125 seconds if the server has Node's default of 5 (`keepAliveTimeout`). A proxy keeps
 * connections for a minute or two. If the server closes one first, a request that is on its way fails. A value of your
 * own stays, and so does one that you set afterwards.
 *
 * All of this holds for every handler of the server. Returns the server; harmless when repeated.
 */
export function attach<AnyServer extends AnyNodeServer>(server: AnyServer): AnyServer {
  if (!attached.has(server)) prepare(server)
  attached.add(server)
  return server
}

function prepare(server: EventEmitter & ServerTimeouts): void {
  server.requestTimeout = 0
  const { keepAliveTimeout } = createServer()
  // A later Node may have a longer one.
  if (server.keepAliveTimeout === keepAliveTimeout) {
    server.keepAliveTimeout = Math.max(keepAliveTimeout, KEEP_ALIVE_TIMEOUT_MS)
  }
  answerClientErrors(server)
  server.on('checkContinue', (request: AnyNodeRequest, response: AnyNodeResponse) => {
    // It is not known whether the client still sends a body that it was not asked for. So the connection ends with the
    // answer (RFC 9110 section 10.1.1). Node does so itself; Bun and Deno have to be told.
    const keepAlive = 'shouldKeepAlive' in response && response.shouldKeepAlive
    if ('shouldKeepAlive' in response) response.shouldKeepAlive = false
    const tell = (): void => {
      if (response.headersSent) return
      if ('shouldKeepAlive' in response) response.shouldKeepAlive = keepAlive
      response.writeContinue()
    }
    // Every way to read the body listens for one of these first.
    const goOn = (event: string): void => {
      if (event !== 'data' && event !== 'readable') return
      request.off('newListener', goOn)
      // Behind another request of its connection it has no socket yet. Node would send these bytes after its own
      // header. The client would take them for the beginning of the body, and the end of the body for another answer.
      if (!('stream' in response) && response.socket === null) response.once('socket', tell)
      else tell()
    }
    request.on('newListener', goOn)
    server.emit('request', request, response)
  })
}
