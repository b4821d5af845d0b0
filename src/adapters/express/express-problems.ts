import { checkOptions } from '../../errors/check-options.ts'
import { OPTION_KINDS } from '../../errors/option-kinds.ts'
import type { OptionKinds } from '../../errors/option-kinds.ts'
import { isServerFailure } from '../../errors/is-server-failure.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import { sendProblem } from '../node/send-problem.ts'
import type { ExpressNext, ExpressRequest, ExpressResponse } from './express-exchange.ts'

/** Error middleware of Express 4 and 5. */
export type ExpressErrorListener = (
  error: unknown,
  request: ExpressRequest,
  response: ExpressResponse,
  next: ExpressNext,
) => void

/** Options of `expressProblems`. */
export interface ExpressProblemsOptions {
  /**
   * Called for each refusal that is the server's fault (5xx, but not 501). Default: they are logged, as Express does.
   */
  readonly onError?: ((error: unknown, request: unknown) => void) | undefined
}

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
export function expressProblems(options: ExpressProblemsOptions = {}): ExpressErrorListener {
  checkOptions('expressProblems', options, { onError: OPTION_KINDS.call } satisfies OptionKinds<ExpressProblemsOptions>)
  const { onError = log } = options
  // Express knows error middleware by its four parameters.
  return (error, request, response, next) => {
    if (!isUploadError(error) || response.headersSent) {
      next(error)
      return
    }
    if (isServerFailure(error)) onError(error, request)
    void sendProblem(request, response, error)
  }
}

function log(error: unknown): void {
  // oxlint-disable-next-line no-console -- Express' own handler, which does not get the error, logs there too.
  console.error(error)
}
