import { checkOptions } from '../../errors/check-options.ts'
import { inOwnWords } from '../../errors/in-own-words.ts'
import { OPTION_KINDS } from '../../errors/option-kinds.ts'
import type { OptionKinds } from '../../errors/option-kinds.ts'
import { isServerFailure } from '../../errors/is-server-failure.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import type { AnyUploadError } from '../../errors/upload-error.ts'
import { logError, SENTENCE_KINDS } from '../../errors/problem-options.ts'
import type { SentenceOptions } from '../../errors/problem-options.ts'
import { sendProblem } from '../node/send-problem.ts'
import type { ExpressNext, ExpressRequest, ExpressResponse } from './express-exchange.ts'

/** Error middleware of Express 4 and 5. */
export type ExpressErrorListener<Native extends ExpressRequest = ExpressRequest> = (
  error: unknown,
  request: Native,
  response: ExpressResponse,
  next: ExpressNext,
) => void

/** Options of `expressProblems`. */
export interface ExpressProblemsOptions<
  Native extends ExpressRequest = ExpressRequest,
> extends SentenceOptions<Native> {
  /**
   * Called for each refusal that is the server's fault (5xx, but not 501), and with an error of `sentences`. Default:
   * they are logged, as Express does.
   */
  readonly onError?: ((error: unknown, request: unknown) => void) | undefined
}

const KINDS: OptionKinds<ExpressProblemsOptions> = { ...SENTENCE_KINDS, onError: OPTION_KINDS.call }

/**
 * Answers every `UploadError` of your own routes (`receive`, upload sets, forms) with problem details (RFC 9457). The
 * client gets the answer even while it is still sending. All other errors, and errors after an answer has begun, go on
 * to `next`. Express 5 passes on the errors of an async route; in Express 4 catch them yourself: `route().catch(next)`.
 *
 * @example
 * ```ts
 * app.use(expressProblems()) // after the routes
 * ```
 */
export function expressProblems<Native extends ExpressRequest = ExpressRequest>(
  options: ExpressProblemsOptions<Native> = {},
): ExpressErrorListener<Native> {
  checkOptions('expressProblems', options, KINDS)
  const { sentences, onError = logError } = options
  const answer = async (error: AnyUploadError, request: Native, response: ExpressResponse): Promise<void> => {
    const onFault = (fault: unknown): void => onError(fault, request)
    await sendProblem(request, response, await inOwnWords(error, { sentences, request, onFault }))
  }
  // Express knows error middleware by its four parameters.
  return (error, request, response, next) => {
    if (!isUploadError(error) || response.headersSent) {
      next(error)
      return
    }
    if (isServerFailure(error)) onError(error, request)
    void answer(error, request, response)
  }
}
