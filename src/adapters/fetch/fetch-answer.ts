import { inOwnWords } from '../../errors/in-own-words.ts'
import { logError } from '../../errors/problem-options.ts'
import type { SentenceOptions } from '../../errors/problem-options.ts'
import type { AdapterOptions } from '../adapter-options.ts'
import { toUploadError } from '../../errors/to-upload-error.ts'
import { UploadError } from '../../errors/upload-error.ts'
import type { AnyUploadError } from '../../errors/upload-error.ts'
import { discardBody } from '../../http/discard-body.ts'
import type { Incoming } from '../../http/incoming.ts'
import type { MountedHandler } from '../../http/outgoing.ts'
import { problemOutgoing } from '../../http/problem-outgoing.ts'
import { handleInTurn } from '../handle-in-turn.ts'
import { toResponse } from './to-response.ts'

interface FetchAnswerOptions<Native> extends Pick<AdapterOptions, 'onError'>, SentenceOptions<Native> {}

/**
 * The answer of a handler as a Fetch `Response`. A request that it does not answer is 404. An error is problem details,
 * and `onError` is called with it.
 */
export async function fetchAnswer<Native extends Request>(
  handler: MountedHandler,
  incoming: Incoming,
  request: Native,
  { onError, sentences }: FetchAnswerOptions<Native>,
): Promise<Response> {
  let refusal: AnyUploadError
  try {
    const outgoing = await handleInTurn(handler, incoming)
    if (outgoing !== undefined) return await toResponse(outgoing)
    refusal = new UploadError('not-found', {})
  } catch (error) {
    // Any error: the runtime's own answer might show it to the client.
    onError?.(error, request)
    refusal = toUploadError(error)
  }
  await discardBody(incoming)
  const onFault = (fault: unknown): void => (onError ?? logError)(fault, request)
  return toResponse(problemOutgoing(await inOwnWords(refusal, { sentences, request, onFault }), incoming.method))
}
