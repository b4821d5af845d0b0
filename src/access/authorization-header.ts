/**
 * The Authorization header of a Fetch `Request` or a Node `IncomingMessage` (Express', Koa's and Fastify's own
 * included).
 *
 * @throws {TypeError} for a value without headers, such as a request of neither kind.
 */
export function authorizationHeader(request: unknown): string | undefined {
  const headers = isObject(request) && 'headers' in request ? request.headers : undefined
  if (!isObject(headers)) throw new TypeError('This is neither a Fetch Request nor a Node IncomingMessage.')
  const value = isFetchHeaders(headers)
    ? headers.get('authorization')
    : 'authorization' in headers && headers.authorization
  return typeof value === 'string' ? value : undefined
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
