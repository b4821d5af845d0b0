import { isFromOrigin } from '../access/check-site.ts'
import type { Incoming } from '../http/incoming.ts'

const RESPONSE_HEADERS = [
  'accept-encoding',
  'accept-ranges',
  'allow',
  'content-disposition',
  'content-range',
  'etag',
  'location',
  'repr-digest',
  'retry-after',
  'www-authenticate',
].join(', ')

/** The name of a header (RFC 9110 section 5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/

/** Which pages of other origins may use the handler. */
export interface CorsRules {
  /** Compared as text. */
  readonly origins: readonly string[]
  /** Lower-case names of headers that their requests may have; `undefined` for any. */
  readonly allowedHeaders: readonly string[] | undefined
}

/**
 * The CORS headers of an answer (Fetch Standard section 3.3), those of a preflight included.
 *
 * @param allow the methods that the answer allows, if it says so
 */
export function corsHeaders(
  incoming: Incoming,
  { origins, allowedHeaders }: CorsRules,
  allow: string | undefined,
): Record<string, string> {
  if (origins.length === 0) return {}
  const origin = incoming.header('origin')
  const isPreflight = incoming.method === 'OPTIONS' && incoming.header('access-control-request-method') !== undefined
  // A cache must not give one origin's answer to another.
  const vary = { vary: isPreflight ? 'Origin, Access-Control-Request-Headers' : 'Origin' }
  if (origin === undefined || !isFromOrigin(incoming, origins)) return vary
  return {
    ...vary,
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': RESPONSE_HEADERS,
    ...(isPreflight && allow !== undefined && { 'access-control-allow-methods': allow }),
    ...(isPreflight && preflightHeaders(incoming, allowedHeaders)),
  }
}

/**
 * @throws {TypeError} for text that cannot be the name of a header, and for `*`, which is not a wildcard beside
 *   credentials.
 */
export function parseAllowedHeaders(names: readonly string[]): readonly string[] {
  return names.map((name) => {
    if (TOKEN.test(name) && name !== '*') return name.toLowerCase()
    throw new TypeError(
      `allowedHeaders: ${JSON.stringify(name)} is not the name of a header. ` +
        'Leave allowedHeaders out to allow all of them.',
    )
  })
}

function preflightHeaders(incoming: Incoming, allowedHeaders: readonly string[] | undefined): Record<string, string> {
  // With credentials, `*` would mean a header of that name. So each header is named.
  const asked = (incoming.header('access-control-request-headers') ?? '').split(',').map((name) => name.trim())
  const allowed = asked.filter(
    (name) => TOKEN.test(name) && (allowedHeaders === undefined || allowedHeaders.includes(name.toLowerCase())),
  )
  return {
    ...(allowed.length > 0 && { 'access-control-allow-headers': allowed.join(', ') }),
    'access-control-max-age': '7200',
  }
}
