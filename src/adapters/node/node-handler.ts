import type { IncomingMessage, ServerResponse } from 'node:http'
import { UploadError } from '../../errors/upload-error.ts'
import { fromNodeRequest } from '../../http/node-request.ts'
import type { RequestHandler } from '../../http/outgoing.ts'
import { problemOutgoing } from '../../http/problem-outgoing.ts'
import { writeOutgoing } from './write-outgoing.ts'

/**
 * A listener for `node:http`, and middleware for what stands on it: a request that the handler leaves alone, and a failure
 * that it does not tell itself, go to `next` where there is one.
 */
export type NodeListener = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void

/**
 * Connects a handler to `node:http`. Use `attach` on the server too, so that long uploads are not cut.
 *
 * @example
 * ```ts
 * const server = createServer(nodeHandler(uploadHandler(photos, { base: '/photos' })))
 * attach(server).listen(3000)
 * ```
 */
export function nodeHandler(handler: RequestHandler): NodeListener {
  return (request, response, next) => {
    void answer(handler, request, response).then(
      (isAnswered) => {
        if (isAnswered) return
        if (next !== undefined) next()
        else void fail(request, response, new UploadError('not-found', {}))
      },
      (error: unknown) => {
        if (next !== undefined && !response.headersSent) next(error)
        else void fail(request, response, new UploadError('internal-error', {}, { cause: error }))
      },
    )
  }
}

async function answer(handler: RequestHandler, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const incoming = fromNodeRequest(request, { fullDuplex: true, signal: goneSignal(response) })
  const outgoing = await handler.handle(incoming)
  if (outgoing === undefined) return false
  await writeOutgoing(response, outgoing, incoming)
  return true
}

async function fail(request: IncomingMessage, response: ServerResponse, error: UploadError): Promise<void> {
  if (response.headersSent) {
    // Half an answer must not look like a whole one.
    response.destroy()
    return
  }
  const incoming = fromNodeRequest(request, { fullDuplex: true })
  await writeOutgoing(response, problemOutgoing(error, incoming.method), incoming)
}

/** Aborts when the connection closes before the answer is out. */
function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) controller.abort(new UploadError('truncated-body', {}))
  })
  return controller.signal
}
