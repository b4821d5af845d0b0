import { fromPercentText } from './percent-text.ts'

/**
 * All visible ASCII but `"`, `%`, `;` and `\`: more than an `attr-char`, since clients do not encode `(`, `'` and `*`.
 */
const EXTENDED_VALUE = /^(utf-?8|iso-8859-1)'[A-Za-z0-9-]*'((?:[!#$&-:<-[\]-~]|%[0-9A-Fa-f]{2})*)$/i

/**
 * Reads an extended value, `UTF-8'en'%e2%82%ac%20rates` (RFC 8187 section 3.2), in UTF-8 or ISO-8859-1 as RFC 5987
 * requires. `undefined` if it is broken: an unknown charset, a stray character, or bytes that are not of the charset.
 */
export function toExtendedText(text: string): string | undefined {
  const match = EXTENDED_VALUE.exec(text)
  const charset = match?.[1]
  const encoded = match?.[2]
  if (charset === undefined || encoded === undefined) return undefined
  return fromPercentText(encoded, charset.toLowerCase() === 'iso-8859-1' ? 'iso-8859-1' : 'utf-8')
}
