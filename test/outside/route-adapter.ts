import { toUploadError, UploadError } from 'decant'
import { discardBody, fromFetchRequest, problemOutgoing, toResponse } from 'decant/adapter'
import type { DrainLimits, Incoming, Outgoing, RequestHandler } from 'decant/adapter'

// An adapter as a stranger writes it for a framework that speaks Fetch, with the public entries alone.

export type Route = (request: Request) => Promise<Response>

export function routeOf(handler: RequestHandler, drainLimits: DrainLimits): Route {
  return async (request) => {
    const incoming = fromFetchRequest(request, { drainLimits })
    return await toResponse(
      (await answer(handler, incoming)) ?? (await refuse(incoming, new UploadError('not-found', {}))),
    )
  }
}

async function answer(handler: RequestHandler, incoming: Incoming): Promise<Outgoing | undefined> {
  try {
    return await handler.handle(incoming)
  } catch (error) {
    return await refuse(incoming, toUploadError(error))
  }
}

async function refuse(incoming: Incoming, error: UploadError): Promise<Outgoing> {
  await discardBody(incoming)
  return problemOutgoing(error, incoming.method)
}
