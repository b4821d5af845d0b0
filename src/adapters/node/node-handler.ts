import { checkOptions } from '../../errors/check-options.ts'
import { inOwnWords } from '../../errors/in-own-words.ts'
import type { OptionKinds } from '../../errors/option-kinds.ts'
import { logError, SENTENCE_KINDS } from '../../errors/problem-options.ts'
import type { SentenceOptions } from '../../errors/problem-options.ts'
import { checkHandler } from '../../http/check-handler.ts'
import { toUploadError } from '../../errors/to-upload-error.ts'
import { UploadError } from '../../errors/upload-error.ts'
import type { AnyUploadError } from '../../errors/upload-error.ts'
import type { Incoming } from '../../http/incoming.ts'
import type { MountedHandler, RequestHandler } from '../../http/outgoing.ts'
import { problemOutgoing } from '../../http/problem-outgoing.ts'
import { answerRequest, toIncomingBy } from './answer-request.ts'
import { breakOff } from './break-off.ts'
import { NODE_ADAPTER_KINDS } from './node-adapter-options.ts'
import type { NodeAdapterOptions } from './node-adapter-options.ts'
import type { AnyNodeRequest, AnyNodeResponse } from './node-exchange.ts'
import { writeOutgoing } from './write-outgoing.ts'

/**
 * A listener for `node:http`, `node:https` and `node:http2`, and middleware for frameworks on top of them. If there is
 * a `next`, it gets the requests that the handler does not answer, and the handler's errors.
 */
export type NodeListener<Native extends AnyNodeRequest = AnyNodeRequest> = (
  request: Native,
  response: AnyNodeResponse,
  next?: (error?: unknown) => void,
) => void

/** Options of `nodeHandler`. Its `sentences` are for requests that the handler does not answer, and for its errors. */
export interface NodeHandlerOptions<Native = unknown> extends NodeAdapterOptions, SentenceOptions<Native> {}

const KINDS: OptionKinds<NodeHandlerOptions> = { ...NODE_ADAPTER_KINDS, ...SENTENCE_KINDS }

/**
 * Connects a handler to `node:http`, `node:https` or `node:http2`. Use `attach` on the server too, so that long
 * uploads are not cut. Without `next`, a request that the handler does not answer is 404. An error is answered as by
 * `sendProblem`, and `onError` is called.
 *
 * @example
 * ```ts
 * const server = createServer(nodeHandler(uploadHandler(photos, { base: '/photos' })))
 * attach(server).listen(3000)
 * ```
 * @throws {TypeError} for a `trustProxy` that is not valid.
 */
export function nodeHandler<Native extends AnyNodeRequest>(
  handler: RequestHandler<Native>,
  options: NodeHandlerOptions<Native> = {},
): NodeListener<Native> {
  checkHandler('nodeHandler', handler)
  checkOptions('nodeHandler', options, KINDS)
  const toIncoming = toIncomingBy(options)
  return (request, response, next) => {
    void respond(handler, options, toIncoming(request, response), request, response, next)
  }
}

async function respond<Native extends AnyNodeRequest>(
  handler: MountedHandler,
  options: NodeHandlerOptions<Native>,
  incoming: Incoming,
  request: Native,
  response: AnyNodeResponse,
  next: ((error?: unknown) => void) | undefined,
): Promise<void> {
  let refusal: AnyUploadError | undefined
  try {
    if (await answerRequest(handler, incoming, response, options)) return
  } catch (error) {
    // Any error of the handler.
    if (next !== undefined) {
      next(error)
      return
    }
    options.onError?.(error, request)
    refusal = toUploadError(error)
  }
  if (refusal === undefined && next !== undefined) next()
  else {
    const { sentences, onError = logError } = options
    const words = { sentences, request, onFault: (fault: unknown) => onError(fault, request) }
    await refuse(response, incoming, await inOwnWords(refusal ?? new UploadError('not-found', {}), words))
  }
}

async function refuse(response: AnyNodeResponse, incoming: Incoming, error: AnyUploadError): Promise<void> {
  // Half an answer of other code must not look whole.
  if (response.headersSent) breakOff(response)
  else await writeOutgoing(response, problemOutgoing(error, incoming.method), incoming)
}
