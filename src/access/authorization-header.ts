/**
 * The Authorization header of a Fetch `Request` or a Node `IncomingMessage`, or of a framework's request: Express',
 * Fastify's, and the contexts of Koa and Hono.
 *
 * @throws {TypeError} for a value without headers, such as a request of neither kind.
 */
export function authorizationHeader(request: unknown): string | undefined {
  const headers = headersOf(request)
  if (!isObject(headers)) throw new TypeError('This is neither a Fetch Request nor a Node IncomingMessage.')
  const value = isFetchHeaders(headers)
    ? headers.get('authorization')
    : 'authorization' in headers && headers.authorization
  return typeof value === 'string' ? value : undefined
}

function headersOf(request: unknown): unknown {
  if (!isObject(request)) return undefined
  if ('headers' in request) return request.headers
  // Hono's context.
  const raw = 'req' in request && isObject(request.req) && 'raw' in request.req ? request.req.raw : undefined
  return isObject(raw) && 'headers' in raw ? raw.headers : undefined
}

interface FetchHeaders {
  get(name: string): string | null
}

// By its shape, not by instanceof: a runtime or a test may bring a Headers class of its own.
function isFetchHeaders(headers: object): headers is FetchHeaders {
  return 'get' in headers && typeof headers.get === 'function'
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
