import type { Outgoing } from '../../http/outgoing.ts'
import { toReadableStream } from '../../http/readable-stream.ts'

/** The body that a Fetch `Response` takes. */
export type ResponseBody = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>

/** The content of an answer as that of a Fetch `Response`. */
export function toBody(body: Outgoing['body']): ResponseBody | null {
  if (body === undefined) return null
  if (typeof body === 'string') return body
  return body instanceof Uint8Array ? new Uint8Array(body) : toReadableStream(body)
}
