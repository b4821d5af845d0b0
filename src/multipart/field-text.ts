import { UploadError } from '../errors/upload-error.ts'
import type { PartHead } from './part-head.ts'
import { decodeText, namesCharset, toTextDecoder } from './text.ts'

/**
 * The text of a field, of which `bytes` is all. Its charset is the one of the part's own Content-Type, else
 * `formCharset`, the value of the form's `_charset_` field (RFC 7578 section 4.6), else UTF-8. If that is UTF-8 and the
 * bytes are not, they are read as windows-1252. The labels ``, `null`, `none`, `binary`, `utf_8` and `utf8mb4` count as
 * not given.
 *
 * @throws {UploadError} `malformed-body` for a charset that is not known, since a guess would change the text.
 */
export function decodeFieldText(bytes: Uint8Array, head: Pick<PartHead, 'charset'>, formCharset?: string): string {
  const charset = namesCharset(head.charset) ? head.charset : formCharset
  if (!namesCharset(charset)) return decodeText(bytes)
  const decoder = toTextDecoder(charset)
  if (decoder === undefined) {
    throw new UploadError('malformed-body', { reason: 'a field has a charset that is not known' })
  }
  return decoder.encoding === 'utf-8' ? decodeText(bytes) : decoder.decode(bytes)
}
