import { checkOptions } from '../../errors/check-options.ts'
import { inOwnWords } from '../../errors/in-own-words.ts'
import { isServerFailure } from '../../errors/is-server-failure.ts'
import { OPTION_KINDS } from '../../errors/option-kinds.ts'
import type { OptionKinds } from '../../errors/option-kinds.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import { logError, SENTENCE_KINDS } from '../../errors/problem-options.ts'
import type { SentenceOptions } from '../../errors/problem-options.ts'
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

/** Options of `honoProblems`. */
export interface HonoProblemsOptions<Context extends HonoContext = HonoContext> extends SentenceOptions<Context> {
  /**
   * Answers all other errors. Default as Hono does: an `HTTPException` has its own answer, anything else is logged and
   * answered with 500.
   */
  readonly otherwise?: HonoErrorListener<Context> | undefined
}

const KINDS: OptionKinds<HonoProblemsOptions> = { ...SENTENCE_KINDS, otherwise: OPTION_KINDS.call }

/**
 * Answers every `UploadError` of your own routes (`receive`, upload sets, forms) with problem details (RFC 9457). The
 * client gets the answer even while it is still sending. Refusals that are the server's fault (5xx, but not 501) are
 * logged, and so are errors of `sentences`.
 *
 * @example
 * ```ts
 * app.onError(honoProblems())
 * ```
 */
export function honoProblems<Context extends HonoContext = HonoContext>(
  options: HonoProblemsOptions<Context> = {},
): HonoErrorListener<Context> {
  checkOptions('honoProblems', options, KINDS)
  const { sentences, otherwise = answerOthers } = options
  return async (error, context) => {
    if (!isUploadError(error)) return otherwise(error, context)
    if (isServerFailure(error)) logError(error)
    const refusal = await inOwnWords(error, { sentences, request: context, onFault: logError })
    const node = nodeExchange(context)
    const incoming =
      node === undefined ? toIncoming(context.req.raw) : fromNodeRequest(node.request, { fullDuplex: true })
    await discardBody(incoming)
    return honoAnswer(context, problemOutgoing(refusal, context.req.method), incoming)
  }
}

function answerOthers(error: Error, context: HonoContext): Response {
  if (hasResponse(error)) return error.getResponse()
  logError(error)
  return context.body(null, 500, {})
}

/** Hono's `HTTPException`, by its shape. */
function hasResponse(error: Error): error is Error & { getResponse(): Response } {
  return 'getResponse' in error && typeof error.getResponse === 'function'
}
