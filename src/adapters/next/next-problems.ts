import { isServerFailure } from '../../errors/is-server-failure.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import { problemResponse } from '../fetch/problem-response.ts'

/**
 * The same route handler of Next.js, whose refusals (`receive`, upload sets, forms) are answered with problem details
 * (RFC 9457); those that are the server's fault (5xx, but not 501) go to `onError`. Whatever else is thrown,
 * `redirect()` and `notFound()` included, is left to Next.js.
 *
 * @param onError default `console.error`, as Next.js does with its own
 * @example
 * ```ts
 * export const POST = nextProblems(async (request) => {
 *   const upload = await receive(request)
 *   try {
 *     return Response.json({ size: upload.files.required('file').size })
 *   } finally {
 *     await upload.dispose()
 *   }
 * })
 * ```
 */
export function nextProblems<Arguments extends readonly [request: Request, ...unknown[]]>(
  route: (...parameters: Arguments) => Response | Promise<Response>,
  // oxlint-disable-next-line no-console -- Where Next.js tells its own.
  onError: (error: unknown) => void = (error) => console.error(error),
): (...parameters: Arguments) => Promise<Response> {
  return async (...parameters) => {
    try {
      return await route(...parameters)
    } catch (error) {
      if (!isUploadError(error)) throw error
      if (isServerFailure(error)) onError(error)
      return problemResponse(parameters[0], error)
    }
  }
}
