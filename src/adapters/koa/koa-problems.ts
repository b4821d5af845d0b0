import { isServerFailure } from '../../errors/is-server-failure.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import { sendProblem } from '../node/send-problem.ts'
import type { KoaListener } from './koa-context.ts'

/**
 * Answers every `UploadError` of your own routes (`receive`, upload sets, forms) with problem details (RFC 9457). The
 * client gets the answer even while it is still sending. Refusals that are the server's fault (5xx, but not 501) go to
 * `app.on('error')` as well. All other errors, and errors after an answer has begun, are Koa's.
 *
 * @example
 * ```ts
 * app.use(koaProblems()) // before the routes
 * ```
 */
export function koaProblems(): KoaListener {
  return async (context, next) => {
    try {
      await next()
    } catch (error) {
      if (!isUploadError(error) || context.headerSent) throw error
      if (isServerFailure(error)) context.app.emit('error', error, context)
      context.respond = false
      await sendProblem(context.req, context.res, error)
    }
  }
}
