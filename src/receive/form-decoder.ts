import { MEDIA_TYPE_HINTS } from '../errors/media-type-hints.ts'
import { NO_FILENAME_HINTS } from '../errors/no-filename-hints.ts'
import { UploadError } from '../errors/upload-error.ts'
import { isFromBrowser } from '../http/from-browser.ts'
import type { Incoming } from '../http/incoming.ts'
import type { ContentType } from '../http/content-type.ts'
import { boundaryOf } from '../multipart/boundary.ts'
import { MultipartDecoder } from '../multipart/decoder.ts'
import type { DecoderEvents } from '../multipart/decoder.ts'
import type { PartHead } from '../multipart/part-head.ts'
import { namesCharset } from '../multipart/text.ts'
import type { FormLimits } from './form-limits.ts'
import { GrowingBytes } from './spool/growing-bytes.ts'

/**
 * Decodes a multipart form within its limits, and by the charset that its `_charset_` field names (RFC 7578 section
 * 4.6). Filenames that a client has percent-encoded are decoded, unless a browser sent the form: browsers do not encode
 * them.
 */
export class FormDecoder {
  readonly #decoder: MultipartDecoder
  readonly #limits: FormLimits
  readonly #events: DecoderEvents
  readonly #isField: (head: PartHead) => boolean
  #files = 0
  #fields = 0
  #fieldsSize = 0
  /** The name of the field that is being read, unless it is a file. */
  #field: string | undefined
  /** Tells a client why a part without a filename is a field. */
  #hint: { readonly hint: string } | undefined
  /** Bytes of that field so far. */
  #fieldSize = 0
  /** The text of a `_charset_` field so far. */
  #label: GrowingBytes | undefined
  #charset: string | undefined

  /**
   * @param isField whether the limits of a field hold for a part. Default: for one without a filename
   * @throws {UploadError} `unsupported-media-type` for a Content-Type that is not `multipart/form-data`;
   *   `malformed-body`.
   */
  constructor(
    incoming: Pick<Incoming, 'header' | 'contentType'>,
    limits: FormLimits,
    events: DecoderEvents,
    isField: (head: PartHead) => boolean = hasNoFilename,
  ) {
    checkEnctype(incoming.contentType)
    this.#isField = isField
    this.#limits = limits
    this.#events = events
    this.#decoder = new MultipartDecoder(
      boundaryOf(incoming.contentType),
      { begin: (head) => this.#begin(head), bytes: (bytes) => this.#bytes(bytes), end: () => this.#end() },
      { ...limits, decodesPercent: !isFromBrowser(incoming) },
    )
  }

  /** The label in the first `_charset_` field that names a charset, once it has come. */
  get charset(): string | undefined {
    return this.#charset
  }

  /**
   * As `MultipartDecoder.write`.
   *
   * @throws {UploadError} the same errors; also `too-many-files`, `too-many-fields`, `field-too-large`,
   *   `fields-too-large`.
   */
  write(chunk: Uint8Array): void {
    this.#decoder.write(chunk)
  }

  /** As `MultipartDecoder.end`. */
  end(): void {
    this.#decoder.end()
  }

  #begin(head: PartHead): void {
    const { maxFields, maxFiles } = this.#limits
    if (this.#isField(head)) {
      this.#countField(head.name.length)
      this.#fields += 1
      if (this.#fields > maxFields) throw new UploadError('too-many-fields', { limit: maxFields })
      this.#field = head.name
      this.#hint = hasNoFilename(head) ? { hint: NO_FILENAME_HINTS.largeField } : undefined
      this.#fieldSize = 0
      if (head.name === '_charset_') this.#label = new GrowingBytes(this.#limits.maxFieldSize)
    } else {
      if (head.filename !== '') this.#files += 1
      if (this.#files > maxFiles) throw new UploadError('too-many-files', { limit: maxFiles })
    }
    this.#events.begin(head)
  }

  #bytes(bytes: Uint8Array): void {
    if (this.#field !== undefined) {
      const { maxFieldSize: limit } = this.#limits
      this.#countField(bytes.length)
      this.#fieldSize += bytes.length
      if (this.#fieldSize > limit) {
        throw new UploadError('field-too-large', { limit, field: this.#field, ...this.#hint })
      }
      this.#label?.append(bytes)
    }
    this.#events.bytes(bytes)
  }

  #countField(size: number): void {
    const { maxFieldsSize: limit } = this.#limits
    this.#fieldsSize += size
    if (this.#fieldsSize > limit) {
      throw new UploadError('fields-too-large', { limit, hint: NO_FILENAME_HINTS.largeFields })
    }
  }

  #end(): void {
    if (this.#label !== undefined) {
      // The name of a charset is ASCII.
      const label = new TextDecoder().decode(this.#label.view())
      if (this.#charset === undefined && namesCharset(label)) {
        this.#charset = label
        this.#decoder.useCharset(label)
      }
    }
    this.#label = undefined
    this.#field = undefined
    this.#events.end()
  }
}

function hasNoFilename({ filename }: PartHead): boolean {
  return filename === undefined
}

/** A browser sends such a body for a form that has another enctype, or none. */
function checkEnctype({ text, kind }: ContentType): void {
  if (text !== '' && kind !== 'text' && kind !== 'urlencoded') return
  throw new UploadError('unsupported-media-type', { contentType: text, hint: MEDIA_TYPE_HINTS.enctype })
}
