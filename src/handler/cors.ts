import type { Incoming } from '../http/incoming.ts'

const REQUEST_HEADERS =
  'accept, authorization, content-digest, content-disposition, content-type, if-match, if-none-match, if-range, if-unmodified-since, range, repr-digest'
const RESPONSE_HEADERS = 'accept-ranges, content-disposition, content-range, etag, location, repr-digest'

/** The CORS headers of an answer (Fetch Standard section 3.3), where the origin is one of `origins`. */
export function corsHeaders(incoming: Incoming, origins: readonly string[]): Record<string, string> {
  if (origins.length === 0) return {}
  const origin = incoming.header('origin')
  // A cache must not give one origin's answer to another.
  const vary = { vary: 'Origin' }
  if (origin === undefined || !origins.includes(origin)) return vary
  return {
    ...vary,
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': RESPONSE_HEADERS,
  }
}

/** What a preflight asks for besides; nothing for any other request. */
export function preflightHeaders(incoming: Incoming, allow: string): Record<string, string> {
  if (incoming.method !== 'OPTIONS' || incoming.header('access-control-request-method') === undefined) return {}
  return {
    'access-control-allow-methods': allow,
    'access-control-allow-headers': REQUEST_HEADERS,
    'access-control-max-age': '7200',
  }
}
