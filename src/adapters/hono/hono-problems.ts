import { isServerFailure } from '../../errors/is-server-failure.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import { discardBody } from '../../http/discard-body.ts'
import { fromNodeRequest } from '../../http/node-request.ts'
import { problemOutgoing } from '../../http/problem-outgoing.ts'
import { toIncoming } from '../../http/to-incoming.ts'
import { honoAnswer } from './hono-answer.ts'
import { nodeExchange } from './hono-context.ts'
import type { HonoContext } from './hono-context.ts'

/** The argument of `app.onError` of Hono. */
export type HonoErrorListener<Context extends HonoContext = HonoContext> = (
  error: Error,
  context: Context,
) => Response | Promise<Response>

/**
 * Answers every `UploadError` of your own routes (`receive`, upload sets, forms) with problem details (RFC 9457). The
 * client gets the answer even while it is still sending. Refusals that are the server's fault (5xx, but not 501) are
 * logged.
 *
 * @param otherwise answers all other errors. Default as Hono does: an `HTTPException` has its own answer, anything else
 *   is logged and answered with 500.
 * @example
 * ```ts
 * app.onError(honoProblems())
 * ```
 */
export function honoProblems<Context extends HonoContext = HonoContext>(
  otherwise: HonoErrorListener<Context> = answerOthers,
): HonoErrorListener<Context> {
  return async (error, context) => {
    if (!isUploadError(error)) return otherwise(error, context)
    if (isServerFailure(error)) log(error)
    const node = nodeExchange(context)
    const incoming =
      node === undefined ? toIncoming(context.req.raw) : fromNodeRequest(node.request, { fullDuplex: true })
    await discardBody(incoming)
    return honoAnswer(context, problemOutgoing(error, context.req.method), incoming)
  }
}

function answerOthers(error: Error, context: HonoContext): Response {
  if (hasResponse(error)) return error.getResponse()
  log(error)
  return context.body(null, 500, {})
}

/** Hono's `HTTPException`, by its shape. */
function hasResponse(error: Error): error is Error & { getResponse(): Response } {
  return 'getResponse' in error && typeof error.getResponse === 'function'
}

function log(error: Error): void {
  // oxlint-disable-next-line no-console -- Hono's own handler, which this one replaces, logs there too.
  console.error(error)
}
