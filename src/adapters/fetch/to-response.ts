import type { Outgoing } from '../../http/outgoing.ts'
import { toReadableStream } from '../../http/readable-stream.ts'

/** An answer as a Fetch `Response`. */
export function toResponse({ status, headers, body }: Outgoing): Response {
  return new Response(toBody(body), { status, headers })
}

function toBody(body: Outgoing['body']): BodyInit | null {
  if (body === undefined) return null
  if (typeof body === 'string') return body
  return body instanceof Uint8Array ? new Uint8Array(body) : toReadableStream(body)
}
