import { toUploadError } from '../../errors/to-upload-error.ts'
import { worded } from '../../errors/problem-options.ts'
import type { ProblemOptions } from '../../errors/problem-options.ts'
import { problemOutgoing } from '../../http/problem-outgoing.ts'
import { toResponse } from './to-response.ts'

/**
 * Problem details (RFC 9457) for any error. For an error that is not an `UploadError`, they only say that something
 * went wrong: log it yourself.
 *
 * @example
 * ```ts
 * try {
 *   return await upload(request)
 * } catch (error) {
 *   return problemResponse(request, error)
 * }
 * ```
 */
export async function problemResponse<Native extends Request>(
  request: Native,
  error: unknown,
  options: ProblemOptions<Native> = {},
): Promise<Response> {
  const refusal = await worded('problemResponse', toUploadError(error), request, options)
  return toResponse(problemOutgoing(refusal, request.method))
}
