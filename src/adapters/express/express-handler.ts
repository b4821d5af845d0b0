import { checkOptions } from '../../errors/check-options.ts'
import { checkHandler } from '../../http/check-handler.ts'
import type { MountedPath } from '../../http/incoming.ts'
import { splitTarget } from '../../http/node-request.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { answerRequest, toIncomingBy } from '../node/answer-request.ts'
import { NODE_ADAPTER_KINDS } from '../node/node-adapter-options.ts'
import type { NodeAdapterOptions } from '../node/node-adapter-options.ts'
import type { ExpressNext, ExpressRequest, ExpressResponse } from './express-exchange.ts'
import { parserOf } from './parser-of.ts'

/** Middleware of Express 4 and 5. */
export type ExpressListener<Native extends ExpressRequest = ExpressRequest> = (
  request: Native,
  response: ExpressResponse,
  next: ExpressNext,
) => void

/** Options of `expressHandler`. Failures go to Express. */
export type ExpressHandlerOptions = Omit<NodeAdapterOptions, 'onError'>

/**
 * Connects a handler to Express 5 and 4. Mount it by `app.use('/photos', …)` or by a route that ends in a wildcard,
 * also in nested routers. The handler needs no `base`. Requests that the handler does not answer, and its errors, go
 * to `next`. If a body parser has read the body before, `next` gets a `TypeError`.
 *
 * Give the server to `attach` of `decant/node`, so that long uploads are not cut.
 *
 * @example
 * ```ts
 * app.use('/photos', expressHandler(uploadHandler(photos, { listing: true })))
 * attach(app.listen(3000))
 * ```
 * @throws {TypeError} for a `trustProxy` that is not valid.
 */
export function expressHandler<Native extends ExpressRequest>(
  handler: RequestHandler<Native>,
  options: ExpressHandlerOptions = {},
): ExpressListener<Native> {
  checkHandler('expressHandler', handler)
  checkOptions('expressHandler', options, NODE_ADAPTER_KINDS)
  const toIncoming = toIncomingBy(options)
  const respond = async (request: ExpressRequest, response: ExpressResponse, next: ExpressNext): Promise<void> => {
    try {
      checkUnread(request)
      const incoming = toIncoming(request, response, placeOf(request, listener))
      if (await answerRequest(handler, incoming, response, options)) return
    } catch (error) {
      // Any error of the handler, and the mistakes of a mount.
      next(error)
      return
    }
    next()
  }
  const listener: ExpressListener<Native> = (request, response, next) => {
    void respond(request, response, next)
  }
  return listener
}

/** `app.use()` strips its path from `url`; a route does not. */
function placeOf({ baseUrl, url = '/', route }: ExpressRequest, listener: unknown): MountedPath {
  const { target } = splitTarget(url)
  // The route may be over by now.
  if (route?.stack.some(({ handle }) => handle === listener) !== true) return { mount: baseUrl, target }
  if (typeof route.path !== 'string') {
    throw new TypeError(
      'A route that is not text does not tell the path of expressHandler. Write app.use("/uploads", expressHandler(…)).',
    )
  }
  const [path = '', ...query] = target.split('?')
  // The part before a wildcard or an optional part. `:name` is one segment, whatever its value.
  const fixed = route.path.replace(/[*{(?+].*$/, '').replace(/\/+$/, '')
  const mount = path.split('/', fixed.split('/').length).join('/')
  const below = path.slice(mount.length)
  return { mount: baseUrl + mount, target: [below === '' ? '/' : below, ...query].join('?') }
}

/** @throws {TypeError} if the body has been read already. */
function checkUnread({ headers, readableDidRead }: ExpressRequest): void {
  if (!readableDidRead) return
  throw new TypeError(
    `The body of this request has been read already: ${parserOf(headers['content-type'])} ran before expressHandler. ` +
      'Put app.use("/uploads", expressHandler(…)) above it, or give the parser to the routes that need it only.',
  )
}
