import { UploadError } from '../errors/upload-error.ts'
import { toTextDecoder } from './text.ts'

/**
 * A decoder for the charset that a form names for itself, in a field called `_charset_`.
 *
 * @throws {UploadError} `malformed-body` for a charset that is not known, or that no form is sent in because ASCII has
 *   other bytes there (UTF-16).
 */
export function parseFormCharset(label: string): TextDecoder {
  const decoder = toTextDecoder(label)
  if (decoder !== undefined && !decoder.encoding.startsWith('utf-16')) return decoder
  throw new UploadError('malformed-body', { reason: 'the form names a charset that is not known' })
}
