import type { Incoming, RequestHandler } from '../handler.ts'
import { toUploadError } from '../index.ts'

/** A request and its answer, for a line of a log. No value in it can forge a line or move a terminal's cursor. */
export interface LoggedRequest {
  /** When it came: ISO 8601, UTC. */
  readonly time: string
  /** Of the client; absent if it is not known. */
  readonly address?: string
  readonly method: string
  /** As it was requested, without the query, which may hold the secret of a link. */
  readonly path: string
  readonly status: number
  /** Bytes that the client announced; absent if there is no body, or no length. */
  readonly received?: number
  /** Bytes of the answer's content; absent if it has none. */
  readonly sent?: number
  /** Milliseconds until the answer began: a download goes on after that. */
  readonly ms: number
  /** The name with which the client signed in, percent-encoded; absent if it did not. */
  readonly user?: string
  /** The keys of the files that the request stored, percent-encoded as in their URLs; absent if it stored none. */
  readonly stored?: readonly string[]
}

/** The same handler; each of its answers is given to `log`. */
export function logging(
  handler: RequestHandler,
  log: (request: LoggedRequest) => void,
  userOf: (request: unknown) => string | undefined = () => undefined,
): RequestHandler {
  return {
    async handle(incoming) {
      const came = Date.now()
      const start = performance.now()
      const tell = (status: number, sent?: number, stored: readonly string[] = []): void => {
        const user = userOf(incoming.native)
        log({
          ...asked(incoming, came),
          status,
          ...(sent !== undefined && { sent }),
          ms: Math.round(performance.now() - start),
          ...(user !== undefined && { user: encoded(user) }),
          ...(stored.length > 0 && { stored: stored.map(encoded) }),
        })
      }
      try {
        const outgoing = await handler.handle(incoming)
        const length = outgoing?.headers['content-length']
        // The adapter answers 404 to a request that the handler does not answer.
        tell(outgoing?.status ?? 404, length === undefined ? undefined : Number(length), outgoing?.stored)
        return outgoing
      } catch (error) {
        tell(toUploadError(error).status)
        throw error
      }
    },
  }
}

function asked({ method, target, clientAddress, body }: Incoming, came: number): Omit<LoggedRequest, 'status' | 'ms'> {
  const [path = ''] = target.split('?', 1)
  return {
    time: new Date(came).toISOString(),
    ...(clientAddress !== undefined && { address: printable(clientAddress) }),
    method: printable(method),
    path: printable(path),
    ...(body?.length !== undefined && { received: body.length }),
  }
}

/**
 * ASCII without spaces. Other characters are percent-encoded, byte for byte: Node hands us bytes above ASCII as
 * Latin-1.
 */
function printable(text: string): string {
  return text.replace(/[^!-~]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

/**
 * UTF-8, percent-encoded but for ASCII. Spaces and control characters are encoded as well, so they cannot split a line
 * or control a terminal.
 */
function encoded(text: string): string {
  return text.toWellFormed().replace(/[^!-$&-~]+/gu, encodeURIComponent)
}
