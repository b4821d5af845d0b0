/** How long a file may be kept by those who fetched it. */
export interface CacheOptions {
  /**
   * Seconds in which a copy may be used without asking again; default 0: ask every time, and mostly be answered 304.
   */
  readonly maxAge?: number
  /** True where the bytes under this URL never change: not even a reload asks again (RFC 8246). Default false. */
  readonly immutable?: boolean
  /**
   * True lets proxies and CDNs keep a copy, and hand it to whoever asks without asking here. Default false: only the
   * client's own cache, since a file is often one person's.
   */
  readonly public?: boolean
}

/**
 * The Cache-Control header (RFC 9111 section 5.2.2).
 *
 * @throws {TypeError} where `maxAge` is no whole number of seconds from 0 on.
 */
export function cacheControl({ maxAge = 0, immutable = false, public: isPublic = false }: CacheOptions): string {
  if (!Number.isSafeInteger(maxAge) || maxAge < 0) {
    throw new TypeError(`maxAge must be a whole number of seconds, not ${String(maxAge)}`)
  }
  const age = maxAge === 0 ? 'no-cache' : `max-age=${maxAge}`
  return `${isPublic ? 'public' : 'private'}, ${age}${immutable && maxAge > 0 ? ', immutable' : ''}`
}
