import { checkOptions } from '../../errors/check-options.ts'
import { checkHandler } from '../../http/check-handler.ts'
import { fromFetchRequest } from '../../http/fetch-request.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { fetchAnswer } from '../fetch/fetch-answer.ts'
import { FETCH_HANDLER_KINDS } from '../fetch/fetch-handler.ts'
import type { FetchHandlerOptions } from '../fetch/fetch-handler.ts'
import { mountedPath } from '../mounted-path.ts'

/** The second argument of Next.js. Only its shape is used, so Next.js is not a dependency. */
export interface NextContext {
  readonly params: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>
}

/** A route handler of Next.js. */
export type NextRoute<Native extends Request = Request> = (request: Native, context: NextContext) => Promise<Response>

/** The methods that uploads and stored files have. */
export interface NextHandlers<Native extends Request = Request> {
  readonly GET: NextRoute<Native>
  readonly HEAD: NextRoute<Native>
  readonly POST: NextRoute<Native>
  readonly PUT: NextRoute<Native>
  readonly DELETE: NextRoute<Native>
  readonly OPTIONS: NextRoute<Native>
}

/**
 * Connects a handler to the App Router of Next.js 15 and later, in the route file of a folder named `[[...path]]`. The
 * handler is mounted at the path of that folder, so it needs no `base`. A request that the handler does not answer is
 * 404. An error is answered as by `problemResponse`, and `onError` is called.
 *
 * @example
 * ```ts
 * // app/photos/[[...path]]/route.ts
 * export const { GET, HEAD, POST, PUT, DELETE, OPTIONS } = nextHandlers(uploadHandler(photos, { listing: true }))
 * ```
 */
export function nextHandlers<Native extends Request>(
  handler: RequestHandler<Native>,
  options: FetchHandlerOptions<Native> = {},
): NextHandlers<Native> {
  checkHandler('nextHandlers', handler)
  checkOptions('nextHandlers', options, FETCH_HANDLER_KINDS)
  const { drainLimits, clientAddress } = options
  const route: NextRoute<Native> = async (request, { params }) => {
    const incoming = fromFetchRequest(request, { drainLimits, clientAddress: clientAddress?.(request) })
    // A route has at most one such segment, at its end. It is absent if the path ends before it.
    const rest = Object.values(await params).find((param) => typeof param === 'object')?.length ?? 0
    const url = new URL(request.url)
    const place = mountedPath(url, rest === 0 ? Infinity : -rest)
    return fetchAnswer(handler, { ...incoming, ...place }, request, options)
  }
  return { GET: route, HEAD: route, POST: route, PUT: route, DELETE: route, OPTIONS: route }
}
