/** The rules by which clients, proxies and CDNs may reuse their copy of a file. */
export interface CacheOptions {
  /**
   * Seconds for which a copy may be used without asking again. Default 0: the client asks each time, and mostly gets
   * a 304.
   */
  readonly maxAge?: number
  /** True if the bytes under this URL never change: then not even a reload asks again (RFC 8246). Default false. */
  readonly immutable?: boolean
  /**
   * True lets proxies and CDNs keep a copy and serve it to everyone without asking here. Default false: only the client
   * itself keeps one, since a file often belongs to one person.
   */
  readonly public?: boolean
}

/**
 * The Cache-Control header (RFC 9111 section 5.2.2).
 *
 * @throws {TypeError} if `maxAge` is not a whole number of seconds from 0 on.
 */
export function cacheControl({ maxAge = 0, immutable = false, public: isPublic = false }: CacheOptions): string {
  if (!Number.isSafeInteger(maxAge) || maxAge < 0) {
    throw new TypeError(`maxAge must be a whole number of seconds, not ${String(maxAge)}.`)
  }
  const age = maxAge === 0 ? 'no-cache' : `max-age=${maxAge}`
  return `${isPublic ? 'public' : 'private'}, ${age}${immutable && maxAge > 0 ? ', immutable' : ''}`
}
