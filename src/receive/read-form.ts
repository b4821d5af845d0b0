import type { FileLimit } from '../errors/file-limit.ts'
import { quote } from '../errors/quote.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import { claimedType } from '../media/claimed-type.ts'
import { decodeFieldText } from '../multipart/field-text.ts'
import type { PartHead } from '../multipart/part-head.ts'
import { BodyCheck } from './body-check.ts'
import { FormDecoder } from './form-decoder.ts'
import type { FormField, FormText } from './form-field.ts'
import type { FormLimits } from './form-limits.ts'
import { GrowingBytes } from './spool/growing-bytes.ts'
import { UrlencodedDecoder } from './urlencoded-decoder.ts'

/** Takes the bytes of one file of a form. */
export interface FileSink {
  /** As `Draft.append`. `bytes` is a view of a network chunk, which stays unchanged. */
  append(bytes: Uint8Array, isGiven?: boolean): Promise<void> | undefined
  /** The file is whole. If this returns a promise, more is read only after it resolves. */
  end(): Promise<void> | undefined
}

/** A part that is a file. */
export interface FileHead {
  /** The name of the form field. */
  readonly field: string
  /** As the client gave it; '' for a file input without a chosen file. */
  readonly filename: string
  /** The media type that the client claims, `type/subtype`; `application/octet-stream` if it claims none. */
  readonly type: string
  /** Every header of the part, as `PartHead.headers`. */
  readonly headers: PartHead['headers']
}

export interface ReadFormOptions {
  readonly limits: FormLimits
  /** The limits of files that a refusal of the whole form lists. */
  readonly fileLimits?: readonly FileLimit[] | undefined
  /** As `BodyRules.mustBeWhole`. */
  readonly mustBeWhole?: boolean | undefined
  /** Called when the bytes of a file are about to come; throwing refuses the form. */
  readonly openFile: (head: FileHead) => FileSink
  /** True for the name of a field of JSON: a part of that name is a field, also if it has a filename. Default: none. */
  readonly isJson?: ((field: string) => boolean) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads a form, `multipart/form-data` (RFC 7578) or `application/x-www-form-urlencoded`, as it arrives. Files go to the
 * sinks that `openFile` gives, and the fields are returned. The limits hold on the way. If it rejects, the caller
 * discards the rest of the body.
 *
 * @throws {UploadError} `unsupported-media-type` for another type of body. `malformed-request` and `digest-mismatch`
 *   for its claimed digests. `malformed-body`, `truncated-body`, `request-timeout`, `body-too-large`, `too-many-files`,
 *   `too-many-fields`, `field-too-large` and the errors of the decoder. Also any error of a sink.
 */
export async function readForm(
  incoming: Incoming,
  { limits, fileLimits, mustBeWhole, openFile, isJson = isNever, signal }: ReadFormOptions,
): Promise<FormText> {
  const form = toFormReader(incoming, { limits, openFile, isJson })
  const { maxBodySize, idleTimeoutMs, minRate } = limits
  const check = new BodyCheck(incoming, { maxBodySize, fileLimits, mustBeWhole })
  await check.read((chunk, isGiven) => form.write(chunk, isGiven), { idleTimeoutMs, minRate, signal })
  return form.end()
}

/** A form of either type on its way in. */
interface FormReader {
  /** A promise delays the next chunk. */
  write(chunk: Uint8Array, isGiven?: boolean): Promise<void> | undefined
  end(): FormText | Promise<FormText>
}

type FormParts = Required<Pick<ReadFormOptions, 'limits' | 'openFile'>> & { isJson: (field: string) => boolean }

function toFormReader(incoming: Incoming, parts: FormParts): FormReader {
  if (incoming.contentType.kind === 'urlencoded') return new UrlencodedDecoder(parts.limits)
  return new MultipartForm(incoming, parts)
}

/** Only the facts of the head that are needed later: ten thousand heads would be most of a form's memory. */
interface ReceivedField {
  readonly name: string
  readonly charset: string | undefined
  /** True for a part of JSON, which is UTF-8 whatever the charset of the form is. */
  readonly isJson: boolean
  readonly bytes: GrowingBytes
}

/** Gives each part to a sink or to a field. */
class MultipartForm implements FormReader {
  readonly #decoder: FormDecoder
  readonly #openFile: (head: FileHead) => FileSink
  readonly #isJson: (field: string) => boolean
  readonly #maxFieldSize: number
  readonly #fields: ReceivedField[] = []
  #field: GrowingBytes | undefined
  #sink: FileSink | undefined
  /** Bytes of the chunk that is being decoded, if it was given. A part that has all of them is alone in its memory. */
  #givenSize = -1
  /** The promises that the parts of the chunk in work have asked to wait for. */
  #waits: Promise<void>[] = []

  constructor(incoming: Incoming, { limits, openFile, isJson }: FormParts) {
    this.#maxFieldSize = limits.maxFieldSize
    this.#openFile = openFile
    this.#isJson = isJson
    const events = {
      begin: (head: PartHead) => this.#begin(head),
      bytes: (bytes: Uint8Array) => this.#bytes(bytes),
      end: () => this.#end(),
    }
    this.#decoder = new FormDecoder(incoming, limits, events, (head) => this.#isField(head))
  }

  write(chunk: Uint8Array, isGiven: boolean = false): Promise<void> | undefined {
    this.#givenSize = isGiven ? chunk.length : -1
    try {
      this.#decoder.write(chunk)
    } catch (error) {
      this.#forgetWaits()
      throw error
    }
    const waits = this.#waits
    if (waits.length === 0) return undefined
    this.#waits = []
    return waits.length === 1 ? waits[0] : Promise.all(waits).then(ignore)
  }

  async end(): Promise<FormText> {
    // If the last delimiter has no line end, the last file ends only now, so its end is still to be waited for.
    try {
      this.#decoder.end()
    } catch (error) {
      this.#forgetWaits()
      throw error
    }
    await Promise.all(this.#waits)
    // Only now, since the field that names their charset may be the last (RFC 7578 section 4.6).
    const { charset } = this.#decoder
    const toField = (field: ReceivedField): FormField => [
      field.name,
      field.isJson ? decodeJson(field) : decodeFieldText(field.bytes.view(), field, charset),
    ]
    return { fields: this.#fields.map(toField), charset }
  }

  /** After a failure, nothing else is waited for. The first failure is the one to report. */
  #forgetWaits(): void {
    for (const wait of this.#waits) wait.catch(ignore)
  }

  #begin(head: PartHead): void {
    const { name, filename, type, charset, headers } = head
    if (filename === undefined || this.#isJson(name)) {
      this.#field = new GrowingBytes(this.#maxFieldSize)
      const isJson = this.#isJson(name) && (filename !== undefined || (type !== undefined && JSON_TYPE.test(type)))
      this.#fields.push({ name, charset, isJson, bytes: this.#field })
    } else {
      this.#sink = this.#openFile({ field: name, filename, type: claimedType(type), headers })
    }
  }

  #isField({ name, filename }: PartHead): boolean {
    return filename === undefined || this.#isJson(name)
  }

  #bytes(bytes: Uint8Array): void {
    if (this.#sink === undefined) this.#field?.append(bytes)
    else this.#wait(this.#sink.append(bytes, bytes.length === this.#givenSize))
  }

  #end(): void {
    this.#wait(this.#sink?.end())
    this.#sink = undefined
  }

  #wait(ready: Promise<void> | undefined): void {
    if (ready !== undefined) this.#waits.push(ready)
  }
}

/** `application/json`, and the types that end in `+json` (RFC 6839 section 3.1). */
const JSON_TYPE = /^application\/json$|\+json$/

/** @throws {UploadError} `malformed-body` for bytes that are not UTF-8 (RFC 8259 section 8.1). */
function decodeJson({ name, bytes }: ReceivedField): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.view())
  } catch {
    // The TypeError of a fatal decoder.
    throw new UploadError('malformed-body', { reason: `the JSON in ${quote(name)} is not UTF-8` })
  }
}

function isNever(): boolean {
  return false
}

function ignore(): void {}
