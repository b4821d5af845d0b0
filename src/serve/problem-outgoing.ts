import { PROBLEM_TYPE, toProblem } from '../errors/problem.ts'
import type { AnyUploadError, UploadError } from '../errors/upload-error.ts'
import type { Outgoing } from '../http/outgoing.ts'

/**
 * A refusal as an answer: problem details, never cached.
 *
 * @param method of the request: the answer to HEAD has no content
 * @param headers what this refusal needs beside its body: Allow, Content-Range
 */
export function problemOutgoing(
  error: UploadError | AnyUploadError,
  method: string,
  headers: Readonly<Record<string, string>> = {},
): Outgoing {
  const body = new TextEncoder().encode(JSON.stringify(toProblem(error)))
  return {
    status: error.status,
    headers: {
      'content-type': PROBLEM_TYPE,
      'content-length': String(body.byteLength),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    ...(method === 'HEAD' ? {} : { body }),
  }
}
