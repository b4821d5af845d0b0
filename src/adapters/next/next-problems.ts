import { checkOptions } from '../../errors/check-options.ts'
import { isServerFailure } from '../../errors/is-server-failure.ts'
import { OPTION_KINDS } from '../../errors/option-kinds.ts'
import type { OptionKinds } from '../../errors/option-kinds.ts'
import { isUploadError } from '../../errors/upload-error.ts'
import { logError, SENTENCE_KINDS } from '../../errors/problem-options.ts'
import type { SentenceOptions } from '../../errors/problem-options.ts'
import { problemResponse } from '../fetch/problem-response.ts'

/** Options of `nextProblems`. */
export interface NextProblemsOptions<Native extends Request = Request> extends SentenceOptions<Native> {
  /**
   * Called for each refusal that is the server's fault (5xx, but not 501), and with an error of `sentences`. Default
   * `console.error`, as Next.js does with its own errors.
   */
  readonly onError?: ((error: unknown, request: Native) => void) | undefined
}

const KINDS: OptionKinds<NextProblemsOptions> = { ...SENTENCE_KINDS, onError: OPTION_KINDS.call }

/**
 * The same route handler of Next.js, with its refusals (`receive`, upload sets, forms) answered as problem details (RFC
 * 9457). All other errors, `redirect()` and `notFound()` included, are left to Next.js.
 *
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
  options: NextProblemsOptions<Arguments[0]> = {},
): (...parameters: Arguments) => Promise<Response> {
  checkOptions('nextProblems', options, KINDS)
  const { onError = logError } = options
  return async (...parameters) => {
    try {
      return await route(...parameters)
    } catch (error) {
      if (!isUploadError(error)) throw error
      if (isServerFailure(error)) onError(error, parameters[0])
      return problemResponse<Arguments[0]>(parameters[0], error, options)
    }
  }
}
