/** Longer than any prefix in use. A client may have written the prefix, and a list repeats it for each file. */
const MAX_LENGTH = 255

/** Segments of a path (RFC 3986 section 3.3). */
const SEGMENTS = /^(?:\/(?:[\w.~!$&'()*+,;=:@-]|%[\da-f]{2})+)+$/i

/** Browsers take `%2e` for a dot, too (URL Standard, section 4.4). */
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:\/|$)/i

/**
 * A path that URLs may begin with, without a trailing slash; '' for `/` and ''. It cannot lead to another host, or out
 * of itself.
 *
 * @param path percent-encoded
 * @returns `undefined` unless it begins with one slash and has no `//`, `\`, `?`, `#`, control characters or dot
 *   segments
 */
export function parsePathPrefix(path: string): string | undefined {
  const prefix = path.replace(/(?<!\/)\/$/, '')
  if (prefix === '' || prefix === '/') return ''
  return prefix.length <= MAX_LENGTH && SEGMENTS.test(prefix) && !DOT_SEGMENT.test(prefix) ? prefix : undefined
}
