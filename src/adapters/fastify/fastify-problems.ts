import { checkOptions } from '../../errors/check-options.ts'
import { inOwnWords } from '../../errors/in-own-words.ts'
import { isServerFailure } from '../../errors/is-server-failure.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import { SENTENCE_KINDS } from '../../errors/problem-options.ts'
import type { SentenceOptions } from '../../errors/problem-options.ts'
import { sendProblem } from '../node/send-problem.ts'
import type { FastifyExchangeReply, FastifyExchangeRequest } from './fastify-exchange.ts'
import { takeOverReply } from './take-over-reply.ts'

/** The argument of `setErrorHandler`. */
export type FastifyErrorHandler<Native extends FastifyExchangeRequest = FastifyExchangeRequest> = (
  error: unknown,
  request: Native,
  reply: FastifyExchangeReply,
) => Promise<void>

/**
 * An error handler that answers every `UploadError` of your own routes (`receive`, upload sets, forms) with problem
 * details (RFC 9457). The client gets it even while it is still sending. Refusals that are the server's fault (5xx, but
 * not 501) are logged, and so are errors of `sentences`. Half an answer is broken off. All other errors go on to the
 * error handler that was set before, or to Fastify's. `fastifyDecant` sets it.
 *
 * @example
 * ```ts
 * app.setErrorHandler(fastifyProblems())
 * ```
 */
export function fastifyProblems<Native extends FastifyExchangeRequest = FastifyExchangeRequest>(
  options: SentenceOptions<Native> = {},
): FastifyErrorHandler<Native> {
  checkOptions('fastifyProblems', options, SENTENCE_KINDS)
  const { sentences } = options
  return async (error, request, reply) => {
    if (!isUploadError(error)) throw error
    if (isServerFailure(error)) request.log.error(error)
    takeOverReply(reply)
    const onFault = (fault: unknown): void => request.log.error(fault)
    await sendProblem(request.raw, reply.raw, await inOwnWords(error, { sentences, request, onFault }))
  }
}
