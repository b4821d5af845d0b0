import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler } from 'decant/adapter'
import { answerRequest, sendProblem, toIncomingBy } from 'decant/node'
import type { NodeAdapterOptions } from 'decant/node'
import { UploadError } from 'decant'

// An adapter as a stranger writes it for a framework on `node:http`, with the public entries alone.

export interface Middleware {
  (request: IncomingMessage, response: ServerResponse): void
}

export function middlewareOf(handler: RequestHandler, options: NodeAdapterOptions = {}): Middleware {
  const toIncoming = toIncomingBy(options)
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      // This framework strips nothing of the path.
      const place = { mount: '', target: request.url ?? '/' }
      const isAnswered = await answerRequest(handler, toIncoming(request, response, place), response, options)
      if (!isAnswered) await sendProblem(request, response, new UploadError('not-found', {}))
    } catch (error) {
      await sendProblem(request, response, error)
    }
  }
  return (request, response) => void respond(request, response)
}
