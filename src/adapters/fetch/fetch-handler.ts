import { toUploadError } from '../../errors/to-upload-error.ts'
import { UploadError } from '../../errors/upload-error.ts'
import type { AnyUploadError } from '../../errors/upload-error.ts'
import { discardBody } from '../../http/discard-body.ts'
import { fromFetchRequest } from '../../http/fetch-request.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { problemOutgoing } from '../../http/problem-outgoing.ts'
import type { AdapterOptions } from '../adapter-options.ts'
import { toResponse } from './to-response.ts'

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
  return async (request) => {
    const incoming = fromFetchRequest(request, { drainLimits, clientAddress: clientAddress?.(request) })
    let refusal: AnyUploadError
    try {
      const outgoing = await handler.handle(incoming)
      if (outgoing !== undefined) return await toResponse(outgoing)
      refusal = new UploadError('not-found', {})
    } catch (error) {
      // Whatever it was: the runtime's own answer might show it to the client.
      onError?.(error, request)
      refusal = toUploadError(error)
    }
    await discardBody(incoming)
    return toResponse(problemOutgoing(refusal, incoming.method))
  }
}
