/**
 * The text that `encoded` writes with `%` and two hex digits for a byte (RFC 3986 section 2.1). `undefined` if a `%`
 * stands without two digits, or if the bytes are not of the charset.
 */
export function fromPercentText(encoded: string, charset: 'utf-8' | 'iso-8859-1'): string | undefined {
  if (charset === 'iso-8859-1') {
    if (/%(?![0-9A-Fa-f]{2})/.test(encoded)) return undefined
    return encoded.replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  }
  try {
    return decodeURIComponent(encoded)
  } catch (error) {
    // A URIError, which has no code: the bytes are not UTF-8, or a `%` stands alone.
    if (!(error instanceof URIError)) throw error
    return undefined
  }
}
