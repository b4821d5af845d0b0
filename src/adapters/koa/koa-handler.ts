import { checkOptions } from '../../errors/check-options.ts'
import { checkHandler } from '../../http/check-handler.ts'
import type { MountedPath } from '../../http/incoming.ts'
import { splitTarget } from '../../http/node-request.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { answerRequest, toIncomingBy } from '../node/answer-request.ts'
import { NODE_ADAPTER_KINDS } from '../node/node-adapter-options.ts'
import type { NodeAdapterOptions } from '../node/node-adapter-options.ts'
import type { KoaContext, KoaListener } from './koa-context.ts'

/** Options of `koaHandler`. Failures go to Koa. */
export type KoaHandlerOptions = Omit<NodeAdapterOptions, 'onError'>

/**
 * Connects a handler to Koa 3. koa-mount, also a nested one, strips its prefix. Without koa-mount, as in the routes of
 * a router, the handler needs its `base`. Requests that the handler does not answer go to `next`. Its errors go to
 * Koa, which emits `error` on the app.
 *
 * The answer does not pass through `ctx.body`, so that a client gets it while it is still sending. It has the headers
 * that earlier middleware has set. Later changes of `ctx.body` have no effect. Give the server to `attach` of
 * `decant/node`, so that long uploads are not cut.
 *
 * @example
 * ```ts
 * app.use(mount('/photos', koaHandler(uploadHandler(photos, { listing: true }))))
 * attach(app.listen(3000))
 * ```
 * @throws {TypeError} for a `trustProxy` that is not valid.
 */
export function koaHandler<Native extends KoaContext>(
  handler: RequestHandler<Native>,
  options: KoaHandlerOptions = {},
): KoaListener<Native> {
  checkHandler('koaHandler', handler)
  checkOptions('koaHandler', options, NODE_ADAPTER_KINDS)
  const toIncoming = toIncomingBy(options)
  return async (context, next) => {
    checkUnread(context)
    const { req, res, respond } = context
    // From here on, we end the response.
    context.respond = false
    let isAnswered = false
    try {
      const incoming = { ...toIncoming(req, res, placeOf(context)), native: context }
      isAnswered = await answerRequest(handler, incoming, res, options)
    } finally {
      if (!isAnswered) context.respond = respond
    }
    if (!isAnswered) await next()
  }
}

/** A mount has stripped the part of the requested URL before `req.url`. */
function placeOf({ req, originalUrl }: KoaContext): MountedPath {
  const { target } = splitTarget(req.url ?? '/')
  const path = pathOf(target)
  const asked = pathOf(splitTarget(originalUrl).target)
  if (asked.endsWith(path)) {
    const mount = asked.slice(0, asked.length - path.length)
    // koa-mount strips the slash too if its prefix ends with one.
    return path.startsWith('/') ? { mount, target } : { mount: mount.replace(/\/$/, ''), target: `/${target}` }
  }
  // `/photos` without a slash is `/` below the mount. A path that is not a part of the requested one was rewritten, not
  // stripped.
  return { mount: path === '/' ? asked : '', target }
}

function pathOf(target: string): string {
  return target.split('?', 1)[0] ?? ''
}

/** @throws {TypeError} if the body has been read already. */
function checkUnread({ req }: KoaContext): void {
  if (!req.readableDidRead) return
  throw new TypeError(
    'The body of this request has been read already: koa-body, koa-bodyparser or another body parser ran before koaHandler. ' +
      'Put app.use(mount("/uploads", koaHandler(…))) above it, or give the parser to the routes that need it only.',
  )
}
