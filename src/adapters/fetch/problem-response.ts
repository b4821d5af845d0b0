import { toUploadError } from '../../errors/to-upload-error.ts'
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
export async function problemResponse(request: Request, error: unknown): Promise<Response> {
  return toResponse(problemOutgoing(toUploadError(error), request.method))
}
