import { toUploadError } from '../../errors/to-upload-error.ts'
import { UploadError } from '../../errors/upload-error.ts'
import type { AnyUploadError } from '../../errors/upload-error.ts'
import { discardBody } from '../../http/discard-body.ts'
import type { Incoming } from '../../http/incoming.ts'
import type { MountedHandler } from '../../http/outgoing.ts'
import { problemOutgoing } from '../../http/problem-outgoing.ts'
import { handleInTurn } from '../handle-in-turn.ts'
import { toResponse } from './to-response.ts'

/**
 * The answer of a handler as a Fetch `Response`. A request that it does not answer is 404. An error is problem details,
 * and `onError` is called with it.
 */
export async function fetchAnswer(
  handler: MountedHandler,
  incoming: Incoming,
  onError: ((error: unknown, request: unknown) => void) | undefined,
): Promise<Response> {
  let refusal: AnyUploadError
  try {
    const outgoing = await handleInTurn(handler, incoming)
    if (outgoing !== undefined) return await toResponse(outgoing)
    refusal = new UploadError('not-found', {})
  } catch (error) {
    // Any error: the runtime's own answer might show it to the client.
    onError?.(error, incoming.native)
    refusal = toUploadError(error)
  }
  await discardBody(incoming)
  return toResponse(problemOutgoing(refusal, incoming.method))
}
