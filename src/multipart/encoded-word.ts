import { fromPercentText } from './percent-text.ts'

/** RFC 2047 section 2. B is base64 with its padding; Q has `_` for a space and `=E9` for a byte. */
const WORD = /^=\?(utf-?8|iso-8859-1)\?(?:b\?([^?]+)|q\?([^?]+))\?=$/i
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const QUOTED = /^(?:[!-<>-~]|=[0-9A-Fa-f]{2})*$/

/**
 * Reads a text that is one encoded word and nothing else, `=?utf-8?B?w7wudHh0?=` (RFC 2047). Of any length: .NET writes
 * every name like this that is not ASCII. `undefined` for any other text, and for bytes that are not of the charset.
 */
export function fromEncodedWord(text: string): string | undefined {
  if (!text.startsWith('=?')) return undefined
  // Not an empty word, which would turn a file into one that was not chosen.
  const match = WORD.exec(text)
  const charset = match?.[1]?.toLowerCase() === 'iso-8859-1' ? 'iso-8859-1' : 'utf-8'
  const encoded = fromBase64(match?.[2]) ?? fromQuoted(match?.[3])
  return encoded === undefined ? undefined : fromPercentText(encoded, charset)
}

function fromBase64(text: string | undefined): string | undefined {
  if (text === undefined || !BASE64.test(text)) return undefined
  const toPercent = (byte: string): string => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`
  return Array.from(atob(text), toPercent).join('')
}

function fromQuoted(text: string | undefined): string | undefined {
  if (text === undefined || !QUOTED.test(text)) return undefined
  return text.replaceAll('%', '%25').replaceAll('_', '%20').replaceAll('=', '%')
}
