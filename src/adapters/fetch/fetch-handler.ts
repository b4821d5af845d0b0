import { checkOptions } from '../../errors/check-options.ts'
import { OPTION_KINDS } from '../../errors/option-kinds.ts'
import type { OptionKinds } from '../../errors/option-kinds.ts'
import { SENTENCE_KINDS } from '../../errors/problem-options.ts'
import type { SentenceOptions } from '../../errors/problem-options.ts'
import { checkHandler } from '../../http/check-handler.ts'
import { fromFetchRequest } from '../../http/fetch-request.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { ADAPTER_KINDS } from '../adapter-options.ts'
import type { AdapterOptions } from '../adapter-options.ts'
import { fetchAnswer } from './fetch-answer.ts'

/** The function that `Bun.serve`, `Deno.serve`, workers and route handlers take. */
export type FetchListener<Native extends Request = Request> = (request: Native) => Promise<Response>

/** Options of `fetchHandler`. Its `sentences` are for requests that the handler does not answer, and for its errors. */
export interface FetchHandlerOptions<Native = unknown> extends AdapterOptions, SentenceOptions<Native> {
  /**
   * The client's IP address. The runtime knows it, for example by `requestIP` of Bun's server, but a `Request` does not
   * hold it. Default: it is not known, and `maxUploadsPerClient` has no effect.
   */
  readonly clientAddress?: ((request: Request) => string | undefined) | undefined
}

export const FETCH_HANDLER_KINDS: OptionKinds<FetchHandlerOptions> = {
  ...ADAPTER_KINDS,
  ...SENTENCE_KINDS,
  clientAddress: OPTION_KINDS.call,
}

/**
 * Connects a handler to runtimes and frameworks that speak Fetch. A request that the handler does not answer is 404. An
 * error is answered as by `problemResponse`, and `onError` is called.
 *
 * @example
 * ```ts
 * Bun.serve({ fetch: fetchHandler(uploadHandler(photos, { base: '/photos' })) })
 * ```
 */
export function fetchHandler<Native extends Request>(
  handler: RequestHandler<Native>,
  options: FetchHandlerOptions<Native> = {},
): FetchListener<Native> {
  checkHandler('fetchHandler', handler)
  checkOptions('fetchHandler', options, FETCH_HANDLER_KINDS)
  const { drainLimits, clientAddress } = options
  return async (request) =>
    fetchAnswer(
      handler,
      fromFetchRequest(request, { drainLimits, clientAddress: clientAddress?.(request) }),
      request,
      options,
    )
}
