import { checkOptions } from '../../errors/check-options.ts'
import { checkHandler } from '../../http/check-handler.ts'
import type { MountedPath } from '../../http/incoming.ts'
import { splitTarget } from '../../http/node-request.ts'
import type { MountedHandler, RequestHandler } from '../../http/outgoing.ts'
import { answerRequest, toIncomingBy } from '../node/answer-request.ts'
import { NODE_ADAPTER_KINDS } from '../node/node-adapter-options.ts'
import type { NodeAdapterOptions } from '../node/node-adapter-options.ts'
import type { AnyNodeRequest } from '../node/node-exchange.ts'
import { sendProblem } from '../node/send-problem.ts'
import type { FastifyExchangeReply, FastifyExchangeRequest, FastifyPlugin } from './fastify-exchange.ts'
import { leaveUnread } from './leave-unread.ts'
import { takeOverReply } from './take-over-reply.ts'

/** Options of `fastifyHandler`. Failures go to Fastify. */
export type FastifyHandlerOptions = Omit<NodeAdapterOptions, 'onError'>

/**
 * Connects a handler to Fastify 5: a plugin that takes every request below its prefix, also in nested scopes. The
 * handler needs no `base`. Content-type parsers and `bodyLimit` do not apply there. Requests that the handler does not
 * answer get Fastify's 404, and its errors go to Fastify's error handler.
 *
 * Give `app.server` to `attach` of `decant/node`, so that long uploads are not cut.
 *
 * @example
 * ```ts
 * app.register(fastifyHandler(uploadHandler(photos, { listing: true })), { prefix: '/photos' })
 * attach(app.server)
 * ```
 * @throws {TypeError} for a `trustProxy` that is not valid.
 */
export function fastifyHandler<Native extends FastifyExchangeRequest>(
  handler: RequestHandler<Native>,
  options: FastifyHandlerOptions = {},
): FastifyPlugin {
  checkHandler('fastifyHandler', handler)
  checkOptions('fastifyHandler', options, NODE_ADAPTER_KINDS)
  const toIncoming = toIncomingBy(options)
  const mounted: MountedHandler = handler

  const respond = async (
    request: FastifyExchangeRequest,
    reply: FastifyExchangeReply,
    place: MountedPath,
  ): Promise<void> => {
    const { raw, log } = request
    checkUnread(raw)
    let isTakenOver = false
    // Until there is an answer, the reply is Fastify's.
    const handle: MountedHandler['handle'] = async (incoming) => {
      const outgoing = await mounted.handle(incoming)
      if (outgoing !== undefined) takeOverReply(reply)
      isTakenOver = outgoing !== undefined
      return outgoing
    }
    try {
      const incoming = { ...toIncoming(raw, reply.raw, place), native: request }
      const isAnswered = await answerRequest({ handle }, incoming, reply.raw, options)
      if (!isAnswered) reply.callNotFound()
    } catch (error) {
      // Any error of the handler.
      if (!isTakenOver) throw error
      // For an answer with a header that HTTP does not allow: Fastify would wait for one for ever.
      log.error(error)
      await sendProblem(raw, reply.raw, error)
    }
  }

  return async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', leaveUnread)
    const prefix = scope.prefix.replace(/\/$/, '')
    const depth = prefix.split('/').length
    const paths = prefix === '' ? ['/*'] : ['', '/*']
    for (const path of paths) {
      scope.all(path, (request, reply) => respond(request, reply, placeOf(request.raw, depth)))
    }
  }
}

/** The first segments are those of the prefix, named ones and `:parameters` alike. */
function placeOf({ url = '/' }: AnyNodeRequest, depth: number): MountedPath {
  const { target } = splitTarget(url)
  const [path = '', ...query] = target.split('?')
  const mount = path.split('/', depth).join('/')
  const below = path.slice(mount.length)
  return { mount, target: [below === '' ? '/' : below, ...query].join('?') }
}

/** @throws {TypeError} if the body has been read already. */
function checkUnread({ headers, readableDidRead }: AnyNodeRequest): void {
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
  if (!hasBody || !readableDidRead) return
  throw new TypeError(
    'The body of this request has been read already: a hook of Fastify (onRequest, preParsing; middleware of NestJS) ran before fastifyHandler. ' +
      'Add the hook in a scope of its own, beside the one that registers fastifyHandler.',
  )
}
