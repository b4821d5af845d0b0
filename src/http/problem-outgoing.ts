import { PROBLEM_TYPE, toProblem } from '../errors/problem.ts'
import type { AnyUploadError, UploadError } from '../errors/upload-error.ts'
import type { Outgoing } from './outgoing.ts'
import { textOutgoing } from './text-outgoing.ts'

/**
 * A refusal as an answer: problem details (RFC 9457), never cached.
 *
 * @param method of the request: the answer to HEAD has no content
 * @param headers more headers of this refusal, such as Content-Range
 */
export function problemOutgoing(
  error: UploadError | AnyUploadError,
  method: string,
  headers: Readonly<Record<string, string>> = {},
): Outgoing {
  const text = JSON.stringify(toProblem(error))
  return textOutgoing({
    status: error.status,
    type: PROBLEM_TYPE,
    text,
    method,
    headers: { ...refusalHeaders(error), ...headers },
  })
}

/**
 * The headers that HTTP requires for a refusal: Allow (RFC 9110 section 15.5.6), Retry-After (section 10.2.3),
 * WWW-Authenticate (section 11.6.1; not if the application has sessions), Accept-Encoding (section 12.5.3).
 */
export function refusalHeaders({ details }: UploadError | AnyUploadError): Record<string, string> {
  if ('retryAfter' in details && details.retryAfter !== undefined) return { 'retry-after': String(details.retryAfter) }
  if ('allow' in details) return { allow: details.allow.join(', ') }
  if ('contentEncoding' in details) return { 'accept-encoding': 'identity' }
  if ('challenge' in details && details.challenge !== undefined) return { 'www-authenticate': details.challenge }
  return {}
}
