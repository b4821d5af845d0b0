import { toUploadError } from '../../errors/to-upload-error.ts'
import { UploadError } from '../../errors/upload-error.ts'
import type { AnyUploadError } from '../../errors/upload-error.ts'
import { discardBody } from '../../http/discard-body.ts'
import { behindProxy } from '../../http/forwarded.ts'
import type { Incoming } from '../../http/incoming.ts'
import { fromNodeRequest } from '../../http/node-request.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { problemOutgoing } from '../../http/problem-outgoing.ts'
import { breakOff } from './break-off.ts'
import type { NodeAdapterOptions } from './node-adapter-options.ts'
import type { AnyNodeRequest, AnyNodeResponse } from './node-exchange.ts'
import { trustedProxies } from './trusted-proxies.ts'
import { writeOutgoing } from './write-outgoing.ts'

/**
 * A listener for `node:http`, `node:https` and `node:http2`, and middleware for what stands on it: a request that the handler leaves alone, and a failure
 * that it does not tell itself, go to `next` where there is one.
 */
export type NodeListener = (
  request: AnyNodeRequest,
  response: AnyNodeResponse,
  next?: (error?: unknown) => void,
) => void

/**
 * Connects a handler to `node:http`, `node:https` or `node:http2`. Use `attach` on the server too, so that long uploads are not cut. Without `next`, what
 * the handler leaves alone is 404, and what it throws is answered as `sendProblem` does; `onError` is told.
 *
 * @example
 * ```ts
 * const server = createServer(nodeHandler(uploadHandler(photos, { base: '/photos' })))
 * attach(server).listen(3000)
 * ```
 * @throws {TypeError} for a `trustProxy` that holds what is no address.
 */
export function nodeHandler(handler: RequestHandler, options: NodeAdapterOptions = {}): NodeListener {
  const isTrusted = trustedProxies(options.trustProxy ?? [])
  return (request, response, next) => {
    const { drainLimits } = options
    const direct = fromNodeRequest(request, { fullDuplex: true, signal: goneSignal(response), drainLimits })
    void respond(handler, options, behindProxy(direct, isTrusted), request, response, next)
  }
}

async function respond(
  handler: RequestHandler,
  { stallTimeoutMs, onError }: NodeAdapterOptions,
  incoming: Incoming,
  request: AnyNodeRequest,
  response: AnyNodeResponse,
  next: ((error?: unknown) => void) | undefined,
): Promise<void> {
  let refusal: AnyUploadError | undefined
  try {
    if (await answer(handler, incoming, response, stallTimeoutMs)) return
  } catch (error) {
    // Whatever it was: whoever answers now may not know that a client is still sending.
    await discardBody(incoming)
    if (next !== undefined) {
      next(error)
      return
    }
    onError?.(error, request)
    refusal = toUploadError(error)
  }
  if (refusal === undefined && next !== undefined) next()
  else await refuse(response, incoming, refusal ?? new UploadError('not-found', {}))
}

/** Rejects with what the handler threw; nothing is sent then. */
async function answer(
  handler: RequestHandler,
  incoming: Incoming,
  response: AnyNodeResponse,
  stallTimeoutMs: number | undefined,
): Promise<boolean> {
  const outgoing = await handler.handle(incoming)
  if (outgoing === undefined) return false
  await writeOutgoing(response, outgoing, incoming, stallTimeoutMs)
  return true
}

async function refuse(response: AnyNodeResponse, incoming: Incoming, error: AnyUploadError): Promise<void> {
  // Half an answer of somebody else's must not look like a whole one.
  if (response.headersSent) breakOff(response)
  else await writeOutgoing(response, problemOutgoing(error, incoming.method), incoming)
}

/** Aborts when the connection closes before the answer is out. */
function goneSignal(response: AnyNodeResponse): AbortSignal {
  const controller = new AbortController()
  response.on('close', () => {
    // A response of HTTP/2 does not tell whether the client took all of it, only whether all of it was given.
    const isOut = 'stream' in response ? response.writableEnded : response.writableFinished
    if (!isOut) controller.abort(new UploadError('truncated-body', {}))
  })
  return controller.signal
}
