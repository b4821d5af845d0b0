import { hasErrorName } from '../errors/error-name.ts'

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Text from a client: UTF-8, as browsers write it (RFC 7578 section 5.1.2). Bytes that are not UTF-8 come from a legacy
 * client or page, and are read by `fallback` instead of turning into question marks. Its default is windows-1252, the
 * charset of the web before UTF-8, which has a character for every byte.
 */
export function decodeText(bytes: Uint8Array, fallback?: TextDecoder): string {
  try {
    return UTF_8.decode(bytes)
  } catch (error) {
    // ERR_ENCODING_INVALID_ENCODED_DATA in Node; elsewhere a TypeError without a code.
    if (!hasErrorName(error, 'TypeError')) throw error
    return (fallback ?? new TextDecoder('windows-1252')).decode(bytes)
  }
}

/**
 * Labels that clients write without meaning a charset: for nothing, for bytes, and UTF-8 as Python and MySQL call it.
 */
const NO_CHARSET: ReadonlySet<string> = new Set(['', 'null', 'none', 'binary', 'utf_8', 'utf8mb4'])

/** True for a label that names a charset, known or not; false for a label that means none. */
export function namesCharset(label: string | undefined): label is string {
  return label !== undefined && !NO_CHARSET.has(label.trim().toLowerCase())
}

/** The bytes of a text in ASCII. For a short one a TextEncoder takes longer. */
export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index)
  return bytes
}

/**
 * A decoder for a charset by any of its names (Encoding Standard, section 4.2). `undefined` for an unknown charset and
 * for those that are not safe to decode.
 */
export function toTextDecoder(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label)
  } catch (error) {
    // ERR_ENCODING_NOT_SUPPORTED in Node; elsewhere a RangeError without a code.
    if (!hasErrorName(error, 'RangeError')) throw error
    return undefined
  }
}
