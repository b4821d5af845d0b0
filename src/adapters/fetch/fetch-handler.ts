import { UploadError } from '../../errors/upload-error.ts'
import { fromFetchRequest } from '../../http/fetch-request.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { problemOutgoing } from '../../http/problem-outgoing.ts'
import { toResponse } from './to-response.ts'

/** What `Bun.serve`, `Deno.serve`, workers and route handlers take. */
export type FetchListener = (request: Request) => Promise<Response>

/**
 * Connects a handler to whatever speaks Fetch. What it leaves alone is 404.
 *
 * @example
 * ```ts
 * Bun.serve({ fetch: fetchHandler(uploadHandler(photos, { base: '/photos' })) })
 * ```
 */
export function fetchHandler(handler: RequestHandler): FetchListener {
  return async (request) => {
    const incoming = fromFetchRequest(request)
    const outgoing = await handler.handle(incoming)
    return toResponse(outgoing ?? problemOutgoing(new UploadError('not-found', {}), incoming.method))
  }
}
