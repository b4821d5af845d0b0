import { fromFetchRequest } from '../../http/fetch-request.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import type { AdapterOptions } from '../adapter-options.ts'
import { fetchAnswer } from './fetch-answer.ts'

/** What `Bun.serve`, `Deno.serve`, workers and route handlers take. */
export type FetchListener = (request: Request) => Promise<Response>

export interface FetchHandlerOptions extends AdapterOptions {
  /**
   * The client's IP address, which a `Request` does not tell but the runtime does, such as `requestIP` of Bun's server.
   * Default: it is not known, and `maxUploadsPerClient` counts nobody.
   */
  readonly clientAddress?: ((request: Request) => string | undefined) | undefined
}

/**
 * Connects a handler to whatever speaks Fetch. What it leaves alone is 404; what it throws is answered as
 * `problemResponse` does, and `onError` is told.
 *
 * @example
 * ```ts
 * Bun.serve({ fetch: fetchHandler(uploadHandler(photos, { base: '/photos' })) })
 * ```
 */
export function fetchHandler(handler: RequestHandler, options: FetchHandlerOptions = {}): FetchListener {
  const { drainLimits, onError, clientAddress } = options
  return async (request) =>
    fetchAnswer(handler, fromFetchRequest(request, { drainLimits, clientAddress: clientAddress?.(request) }), onError)
}
