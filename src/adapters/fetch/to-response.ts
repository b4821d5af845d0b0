import type { Outgoing } from '../../http/outgoing.ts'
import { closeBody } from '../close-body.ts'
import { toBody } from './to-body.ts'

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
