/**
 * A content-type parser of Fastify that leaves the body to the reader of `request.raw`; `bodyLimit` does not apply to
 * it.
 */
export function leaveUnread(_request: unknown, _payload: unknown, done: (error: null) => void): void {
  done(null)
}
