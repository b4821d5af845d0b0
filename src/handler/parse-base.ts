import { parsePathPrefix } from '../http/path-prefix.ts'

/**
 * The path before a handler's URLs as requests have it: percent-encoded, without a trailing slash; '' at the root.
 *
 * @param base as a person writes it, such as `/büro/`
 * @throws {TypeError} unless it begins with one slash and is a path alone
 */
export function parseBase(base: string): string {
  const prefix = parsePathPrefix(encodeURI(base))
  if (prefix !== undefined) return prefix
  throw new TypeError(
    `The base ${JSON.stringify(base)} is not a valid path. It must begin with one slash and have no "//", "?", "#" ` +
      'or dot segments, such as "/uploads".',
  )
}
