import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import { answerClientErrors } from './answer-client-errors.ts'

const attached = new WeakSet<Server | SecureServer>()

/**
 * Prepares a server of `node:http` or `node:https` for uploads: one that keeps moving may take as long as it likes (Node
 * cuts every request after five minutes, `requestTimeout`; stalled ones are found by `idleTimeoutMs`), a client that asks
 * first (`Expect: 100-continue`) is told to go on only when its body is really read, and one whose request Node cannot read
 * is told why, as of any refusal, unless you listen to `clientError` yourself.
 *
 * All of this holds for every handler of the server. Returns the server; harmless when repeated.
 */
export function attach<AnyServer extends Server | SecureServer>(server: AnyServer): AnyServer {
  if (attached.has(server)) return server
  attached.add(server)
  server.requestTimeout = 0
  answerClientErrors(server)
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    const tell = (): void => {
      if (!response.headersSent) response.writeContinue()
    }
    // Whoever reads the body, by whichever means, listens for one of these first.
    const goOn = (event: string): void => {
      if (event !== 'data' && event !== 'readable') return
      request.off('newListener', goOn)
      // Behind another request of its connection it has no socket yet, and Node would put what is said now after its own
      // header: the client would take it for the beginning of the body, and the end of that for another answer.
      if (response.socket === null) response.once('socket', tell)
      else tell()
    }
    request.on('newListener', goOn)
    server.emit('request', request, response)
  })
  return server
}
