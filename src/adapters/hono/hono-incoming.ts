import { fromFetchRequest } from '../../http/fetch-request.ts'
import { behindProxy } from '../../http/forwarded.ts'
import type { ProxyTrust } from '../../http/forwarded.ts'
import type { Incoming, MountedPath } from '../../http/incoming.ts'
import { fromNodeRequest } from '../../http/node-request.ts'
import type { NodeRequest } from '../../http/node-request.ts'
import { mountedPath } from '../mounted-path.ts'
import { nodeExchange } from './hono-context.ts'
import type { HonoContext } from './hono-context.ts'
import type { HonoHandlerOptions } from './hono-handler-options.ts'

/**
 * A request of Hono. On Node its body is read from Node's own request, without the stream that Hono would put around
 * it. Its client can be answered while it is still sending.
 *
 * @throws {TypeError} if other code has read the body before, and for a route that does not tell its mount.
 */
export function honoIncoming(context: HonoContext, options: HonoHandlerOptions, trust: ProxyTrust): Incoming {
  const { raw } = context.req
  if (raw.bodyUsed) throw alreadyRead()
  const { mount, target } = splitPath(context)
  const { drainLimits, clientAddress } = options
  const node = nodeExchange(context)
  // Only the rest differs between both kinds. The path is the one that Hono has routed by, so a URL has one reading.
  const place = { mount, target, native: context }
  const incoming =
    node !== undefined && isUntouched(raw, node.request)
      ? fromNodeRequest(node.request, { fullDuplex: true, drainLimits })
      : fromFetchRequest(raw, { drainLimits, clientAddress: node?.request.socket?.remoteAddress })
  const address = clientAddress?.(context) ?? incoming.clientAddress
  return behindProxy({ ...incoming, ...place, clientAddress: address }, trust)
}

/**
 * True while Hono's `Request` was not asked for a body. It then only describes Node's request. Once it is a real one,
 * as `bodyLimit()` makes it by looking at `body`, its stream has begun to read from Node's.
 *
 * It tells by the names of its symbols. If they change one day, the plain `Request` is used, which is slower and still
 * right.
 */
function isUntouched(raw: Request, request: NodeRequest): boolean {
  const symbols = new Set(Object.getOwnPropertySymbols(raw).map(({ description }) => description))
  return symbols.has('incomingKey') && !symbols.has('requestCache') && !request.readableDidRead
}

/** The part of the path that belongs to the route, and the rest of it for the handler. */
function splitPath({ req }: HonoContext): MountedPath {
  const route = req.routePath.replace(/\/?\*$/, '')
  // A segment of such a route need not be one of the path.
  if (/[{*?]/.test(route)) {
    throw new TypeError(
      `A route such as ${JSON.stringify(req.routePath)} does not say where the uploads are. Give honoHandler one that ends ` +
        `with "/*" and has no other wildcard: app.all('/photos/*', honoHandler(handler)).`,
    )
  }
  return mountedPath(new URL(req.url), route.split('/').length - 1)
}

function alreadyRead(): TypeError {
  return new TypeError(
    'The body of this request has been read already, probably by c.req.parseBody(), c.req.formData(), c.req.json() or a ' +
      'validator in a middleware. Let Decant have the request first: register honoHandler before that middleware, or leave ' +
      'the middleware out for this route.',
  )
}
