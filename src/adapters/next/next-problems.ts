import { isServerFailure } from '../../errors/is-server-failure.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import { problemResponse } from '../fetch/problem-response.ts'

/**
 * The same route handler of Next.js, with its refusals (`receive`, upload sets, forms) answered as problem details (RFC
 * 9457). Refusals that are the server's fault (5xx, but not 501) go to `onError`. All other errors, `redirect()` and
 * `notFound()` included, are left to Next.js.
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
  // oxlint-disable-next-line no-console -- Next.js logs its own errors there, too.
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
