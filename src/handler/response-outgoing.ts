import type { Outgoing } from '../http/outgoing.ts'

/** True for a Fetch `Response`. Its shape decides: a runtime or a test may have a class of its own. */
export function isResponse(value: unknown): value is Response {
  if (typeof value !== 'object' || value === null || !('headers' in value && 'status' in value)) return false
  const { headers } = value
  return typeof headers === 'object' && headers !== null && 'getSetCookie' in headers && 'bodyUsed' in value
}

/**
 * A Fetch `Response` of the application as an answer. It is not cached, unless it says so itself.
 *
 * @throws {TypeError} for more than one cookie: an answer has each header once. Also for a Response whose body was
 *   read, and for `Response.error()`.
 */
export function responseOutgoing({ status, headers, body, bodyUsed }: Response): Outgoing {
  if (bodyUsed) throw new TypeError('The body of the Response in a hook was read before. Return a clone of it.')
  if (status < 200) throw new TypeError(`A Response in a hook needs a status from 200 on; got ${status}.`)
  if (headers.getSetCookie().length > 1) {
    throw new TypeError('A Response in a hook can set one cookie. Set the others in the framework.')
  }
  return {
    status,
    headers: { 'cache-control': 'no-store', ...Object.fromEntries(headers) },
    ...(body !== null && { body }),
  }
}
