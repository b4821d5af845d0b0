import { fromFetchRequest } from './fetch-request.ts'
import type { Incoming } from './incoming.ts'
import { fromNodeRequest } from './node-request.ts'
import type { NodeRequest } from './node-request.ts'

/** A Fetch `Request`, or a Node `IncomingMessage` (Express', Koa's `ctx.req` and Fastify's `request.raw` included). */
export type AnyRequest = Request | NodeRequest

/**
 * Either kind of request as `Incoming`.
 *
 * @throws {TypeError} for anything else, such as Koa's `ctx` or Fastify's own request, saying what to pass instead.
 */
export function toIncoming(request: AnyRequest): Incoming {
  if (typeof request === 'object' && request !== null) {
    if (isFetchRequest(request)) return fromFetchRequest(request)
    if (isNodeRequest(request)) return fromNodeRequest(request)
  }
  throw new TypeError(
    'This is neither a Fetch Request nor a Node IncomingMessage. Pass ctx.req in Koa, request.raw in Fastify, c.req.raw in Hono.',
  )
}

// By their shapes, not by instanceof: a runtime or a test may bring a Request class of its own.
function isFetchRequest(request: AnyRequest): request is Request {
  return 'headers' in request && typeof request.headers.get === 'function' && typeof request.url === 'string'
}

function isNodeRequest(request: AnyRequest): request is NodeRequest {
  return 'on' in request && 'headers' in request && 'readableDidRead' in request
}
