import { toLimit } from '../errors/limit.ts'
import { NO_FILENAME_HINTS } from '../errors/no-filename-hints.ts'
import { UploadError } from '../errors/upload-error.ts'
import { toReadableStream } from '../http/readable-stream.ts'
import { claimedType } from '../media/claimed-type.ts'
import { decodeFieldText } from '../multipart/field-text.ts'
import type { PartHead } from '../multipart/part-head.ts'
import type { ReceiveLimits } from './form-limits.ts'
import { GrowingBytes } from './spool/growing-bytes.ts'

/** A part of a form that is still arriving; `kind` tells which. */
export type Part = ArrivingField | ArrivingFile

/**
 * The members that fields and files have in common. Each part is read once, by one of the three methods, before the
 * loop goes on.
 */
export interface ArrivingPart {
  /** The name of the form field. */
  readonly field: string
  /** The headers of the part, by lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  /**
   * The bytes as they arrive. The reader may keep, change or transfer each chunk; nothing is read ahead. If a reader
   * stops, the rest of the part is thrown away. An error that ends the loop also ends the stream.
   *
   * @throws {TypeError} if the part has been read already, or the loop has gone on. An unfinished read then rejects
   *   with it.
   */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>
  /**
   * All bytes in one piece.
   *
   * @param maxSize the most bytes to take. Default `maxFieldSize` or `maxFileSize`.
   * @throws {UploadError} `field-too-large` or `file-too-large` if there are more; the loop can go on after it. Also
   *   any error that ends the loop.
   * @throws {TypeError} as `stream`.
   */
  bytes(maxSize?: number): Promise<Uint8Array<ArrayBuffer>>
  /**
   * All of it as text. The charset of a field is that of the part, else the one that an earlier `_charset_` field
   * named, else UTF-8. A file is read as UTF-8.
   *
   * @param maxSize the most bytes to take. Default `maxFieldSize` or `maxFileSize`.
   * @throws {UploadError} as `bytes`; `malformed-body` for a charset that is not known.
   * @throws {TypeError} as `stream`.
   */
  text(maxSize?: number): Promise<string>
}

/** A field that is still arriving. */
export interface ArrivingField extends ArrivingPart {
  readonly kind: 'field'
}

/**
 * A file that is still arriving. `set.save` takes it directly. `name` and `type` are called as those of the standard
 * `File`.
 */
export interface ArrivingFile extends ArrivingPart {
  readonly kind: 'file'
  /**
   * The name that the client gave. Show it, but never use it as a path. '' if no file was chosen; such a file has no
   * bytes.
   */
  readonly name: string
  /** The media type that the client claims, `type/subtype`; `application/octet-stream` if it claims none. */
  readonly type: string
}

export interface PartContext {
  readonly head: PartHead
  readonly limits: ReceiveLimits
  /** The charset that the form's `_charset_` field has named so far. */
  readonly charset: string | undefined
  /** The bytes of the part. Throws as `ArrivingPart.stream`. */
  readonly open: () => AsyncIterable<Uint8Array>
}

/** A part, as its reader sees it. */
export function toPart({ head, limits, charset, open }: PartContext): Part {
  const { name: field, filename, headers, type } = head
  const isFile = filename !== undefined
  const tooLarge = (limit: number): UploadError =>
    isFile
      ? new UploadError('file-too-large', { limit, filename, field })
      : new UploadError('field-too-large', { limit, field, hint: NO_FILENAME_HINTS.largeField })
  const stream = (): ReadableStream<Uint8Array<ArrayBuffer>> => toReadableStream(open())
  const bytes = async (maxSize?: number): Promise<Uint8Array<ArrayBuffer>> => {
    const limit = toLimit('maxSize', maxSize, isFile ? limits.maxFileSize : limits.maxFieldSize)
    const kept = new GrowingBytes(limit)
    for await (const chunk of open()) {
      if (kept.size + chunk.length > limit) throw tooLarge(limit)
      kept.append(chunk)
    }
    return new Uint8Array(kept.view())
  }
  const text = async (maxSize?: number): Promise<string> => {
    const all = await bytes(maxSize)
    return isFile ? new TextDecoder().decode(all) : decodeFieldText(all, head, charset)
  }
  const content = { field, headers, stream, bytes, text }
  return isFile ? { kind: 'file', name: filename, type: claimedType(type), ...content } : { kind: 'field', ...content }
}
