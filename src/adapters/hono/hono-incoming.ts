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
 * A request of Hono. On Node its body is read from Node's own request, past the stream that Hono would put around it, and
 * its client can be answered while it is still sending.
 *
 * @throws {TypeError} where something before has read the body, and for a route that does not say where it is mounted.
 */
export function honoIncoming(context: HonoContext, options: HonoHandlerOptions, trust: ProxyTrust): Incoming {
  const { raw } = context.req
  if (raw.bodyUsed) throw alreadyRead()
  const { mount, target } = splitPath(context)
  const { drainLimits, clientAddress } = options
  const node = nodeExchange(context)
  // Of both lanes the rest alone differs. The path is the one that Hono has routed by: no two readings of one URL.
  const place = { mount, target, native: context }
  const incoming =
    node !== undefined && isUntouched(raw, node.request)
      ? fromNodeRequest(node.request, { fullDuplex: true, drainLimits })
      : fromFetchRequest(raw, { drainLimits, clientAddress: node?.request.socket?.remoteAddress })
  const address = clientAddress?.(context) ?? incoming.clientAddress
  return behindProxy({ ...incoming, ...place, clientAddress: address }, trust)
}

/**
 * True while nobody has asked Hono's `Request` for a body: it is then no more than a few words about Node's request. Once
 * it is a real one, as `bodyLimit()` makes it by looking at `body`, its stream has begun to read from Node's.
 *
 * It tells by the names of its symbols. Where they are other ones some day, the plain `Request` is used: slower, and right.
 */
function isUntouched(raw: Request, request: NodeRequest): boolean {
  const symbols = new Set(Object.getOwnPropertySymbols(raw).map(({ description }) => description))
  return symbols.has('incomingKey') && !symbols.has('requestCache') && !request.readableDidRead
}

/** What of the path is the route's, and what is left of it for the handler. */
function splitPath({ req }: HonoContext): MountedPath {
  const route = req.routePath.replace(/\/?\*$/, '')
  // Of these a segment of the route need not be one of the path.
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
