import { toUploadError } from '../../errors/to-upload-error.ts'
import { worded } from '../../errors/problem-options.ts'
import type { ProblemOptions } from '../../errors/problem-options.ts'
import { discardBody } from '../../http/discard-body.ts'
import { fromNodeRequest } from '../../http/node-request.ts'
import { problemOutgoing } from '../../http/problem-outgoing.ts'
import { breakOff } from './break-off.ts'
import type { AnyNodeRequest, AnyNodeResponse } from './node-exchange.ts'
import { writeOutgoing } from './write-outgoing.ts'

/**
 * Answers with problem details (RFC 9457) for any error, so that the client gets them even while it is still sending.
 * For an error that is not an `UploadError`, they only say that something went wrong: log it yourself.
 *
 * @example
 * ```ts
 * createServer((request, response) => {
 *   upload(request, response).catch((error) => sendProblem(request, response, error))
 * })
 * ```
 */
export async function sendProblem<Native extends AnyNodeRequest>(
  request: Native,
  response: AnyNodeResponse,
  error: unknown,
  options: ProblemOptions<Native> = {},
): Promise<void> {
  if (response.headersSent) {
    // Half an answer must not look whole.
    breakOff(response)
    return
  }
  const incoming = fromNodeRequest(request, { fullDuplex: true })
  const refusal = await worded('sendProblem', toUploadError(error), request, options)
  await discardBody(incoming)
  await writeOutgoing(response, problemOutgoing(refusal, incoming.method), incoming)
}
