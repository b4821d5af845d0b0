import { isServerFailure } from '../../errors/is-server-failure.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import { sendProblem } from '../node/send-problem.ts'
import type { FastifyExchangeReply, FastifyExchangeRequest } from './fastify-exchange.ts'
import { takeOverReply } from './take-over-reply.ts'

/** The argument of `setErrorHandler`. */
export type FastifyErrorHandler = (
  error: unknown,
  request: FastifyExchangeRequest,
  reply: FastifyExchangeReply,
) => Promise<void>

/**
 * An error handler that answers every `UploadError` of your own routes (`receive`, upload sets, forms) with problem
 * details (RFC 9457). The client gets it even while it is still sending. Refusals that are the server's fault (5xx, but
 * not 501) are logged, and half an answer is broken off. All other errors go on to the error handler that was set
 * before, or to Fastify's. `fastifyDecant` sets it.
 *
 * @example
 * ```ts
 * app.setErrorHandler(fastifyProblems())
 * ```
 */
export function fastifyProblems(): FastifyErrorHandler {
  return async (error, request, reply) => {
    if (!isUploadError(error)) throw error
    if (isServerFailure(error)) request.log.error(error)
    takeOverReply(reply)
    await sendProblem(request.raw, reply.raw, error)
  }
}
