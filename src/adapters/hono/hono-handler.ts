import { checkOptions } from '../../errors/check-options.ts'
import { checkHandler } from '../../http/check-handler.ts'
import { discardBody } from '../../http/discard-body.ts'
import type { Outgoing, RequestHandler } from '../../http/outgoing.ts'
import { checkKind } from '../../http/forwarded-fields.ts'
import { handleInTurn } from '../handle-in-turn.ts'
import { warnOnce } from '../warn-once.ts'
import { honoAnswer } from './hono-answer.ts'
import type { HonoContext } from './hono-context.ts'
import { HONO_HANDLER_KINDS } from './hono-handler-options.ts'
import type { HonoHandlerOptions } from './hono-handler-options.ts'
import { honoIncoming } from './hono-incoming.ts'

/** The argument of `app.all` and `app.use` of Hono. */
export type HonoListener<Native extends HonoContext = HonoContext> = (
  context: Native,
  next: () => Promise<void>,
) => Promise<Response | undefined>

/**
 * Connects a handler to Hono 4, at a route that ends with a wildcard. The handler is mounted at the path before the
 * wildcard, with the paths of `route()` and `basePath()`, so it needs no `base`. Requests that the handler does not
 * answer go to the next handler of Hono, and its errors to `app.onError`.
 *
 * On `@hono/node-server` the body is read from Node's own request, and a client gets its answer while it is still
 * sending. Give the server to `attach` of `decant/node`, so that long uploads are not cut. On Bun, Deno and workers,
 * and in `app.request()`, it is a plain Fetch handler.
 *
 * @example
 * ```ts
 * const app = new Hono()
 * app.all('/photos/*', honoHandler(uploadHandler(photos, { listing: true })))
 * attach(serve({ fetch: app.fetch, port: 3000 }))
 * ```
 */
export function honoHandler<Native extends HonoContext>(
  handler: RequestHandler<Native>,
  options: HonoHandlerOptions = {},
): HonoListener<Native> {
  checkHandler('honoHandler', handler)
  checkOptions('honoHandler', options, HONO_HANDLER_KINDS)
  const { isTrustedProxy: isTrusted = noProxy, proxyHeader: header, onWarning } = options
  checkKind(header)
  const trust = { isTrusted, header, onWarning: warnOnce(onWarning) }
  return async (context, next) => {
    const incoming = honoIncoming(context, options, trust)
    let outgoing: Outgoing | undefined
    try {
      outgoing = await handleInTurn(handler, incoming)
    } catch (error) {
      // Any error: the code that answers it may not know that a client is still sending.
      await discardBody(incoming)
      throw error
    }
    if (outgoing !== undefined) return honoAnswer(context, outgoing, incoming, options.stallTimeoutMs)
    await next()
    return undefined
  }
}

function noProxy(): boolean {
  return false
}
