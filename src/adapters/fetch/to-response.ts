import type { Outgoing } from '../../http/outgoing.ts'
import { toReadableStream } from '../../http/readable-stream.ts'
import { closeBody } from '../close-body.ts'

/**
 * An answer as a Fetch `Response`.
 *
 * @throws {TypeError} for a header that HTTP does not allow; the body is closed then.
 */
export async function toResponse({ status, headers, body }: Outgoing): Promise<Response> {
  try {
    return new Response(toBody(body), { status, headers })
  } catch (error) {
    await closeBody(body)
    throw error
  }
}

function toBody(body: Outgoing['body']): BodyInit | null {
  if (body === undefined) return null
  if (typeof body === 'string') return body
  return body instanceof Uint8Array ? new Uint8Array(body) : toReadableStream(body)
}
