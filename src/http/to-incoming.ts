import { fromFetchRequest } from './fetch-request.ts'
import type { Incoming } from './incoming.ts'
import { fromNodeRequest } from './node-request.ts'
import type { NodeRequest } from './node-request.ts'

/**
 * A Fetch `Request`, a Node `IncomingMessage`, or an object that holds one of these as `raw`. Express' requests and
 * Koa's `ctx.req` are Node's. The requests of Fastify and Hono have `raw`.
 */
export type AnyRequest = Request | NodeRequest | { readonly raw: Request | NodeRequest }

/**
 * Either kind of request as `Incoming`.
 *
 * @throws {TypeError} for anything else, such as Koa's `ctx`. Its message says what to pass instead.
 */
export function toIncoming(request: AnyRequest): Incoming {
  if (typeof request === 'object' && request !== null) {
    const known = fromRawRequest(request)
    if (known !== undefined) return known
    const raw = 'raw' in request && typeof request.raw === 'object' && request.raw !== null ? request.raw : undefined
    const held = raw && fromRawRequest(raw)
    if (held !== undefined) return held
  }
  throw new TypeError(
    'This is neither a Fetch Request nor a Node IncomingMessage. Pass ctx.req in Koa, request in Express and Fastify, c.req in Hono.',
  )
}

function fromRawRequest(request: object): Incoming | undefined {
  if (isFetchRequest(request)) return fromFetchRequest(request)
  return isNodeRequest(request) ? fromNodeRequest(request) : undefined
}

// The shape decides, not instanceof: a runtime or a test may have a Request class of its own.
function isFetchRequest(request: object): request is Request {
  if (!('headers' in request) || typeof request.headers !== 'object' || request.headers === null) return false
  const hasGet = 'get' in request.headers && typeof request.headers.get === 'function'
  return hasGet && 'url' in request && typeof request.url === 'string'
}

function isNodeRequest(request: object): request is NodeRequest {
  return 'on' in request && 'headers' in request && 'readableDidRead' in request
}
