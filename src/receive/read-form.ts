import { ClaimedDigests } from '../digest/claimed-digests.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import { toMediaType } from '../http/media-type.ts'
import { parseBoundary } from '../multipart/boundary.ts'
import { MultipartDecoder } from '../multipart/decoder.ts'
import { decodeFieldText } from '../multipart/field-text.ts'
import type { PartHead } from '../multipart/part-head.ts'
import { FieldBytes } from './field-bytes.ts'
import type { FormField } from './form-field.ts'
import type { FormLimits } from './form-limits.ts'
import { UrlencodedDecoder } from './urlencoded-decoder.ts'

/** Takes the bytes of one file of a form. */
export interface FileSink {
  /** As `Draft.append`. `bytes` is a view of a network chunk, which nobody else changes. */
  append(bytes: Uint8Array): Promise<void> | undefined
  /** The file is whole. A promise is waited for before more is read. */
  end(): Promise<void> | undefined
}

/** A part that is a file. */
export interface FileHead {
  /** The name of the form's control. */
  readonly field: string
  /** As the client gave it; '' for a file input in which nothing was chosen. */
  readonly filename: string
  /** The Content-Type as it was sent. */
  readonly contentType: string | undefined
}

export interface ReadFormOptions {
  readonly limits: FormLimits
  /** Called when the bytes of a file are about to come; throwing refuses the form. */
  readonly openFile: (head: FileHead) => FileSink
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads a form, `multipart/form-data` (RFC 7578) or `application/x-www-form-urlencoded`, as it arrives: files go to the
 * sinks that `openFile` gives, and the fields come back in order of arrival. The limits hold on the way; when it rejects,
 * the rest of the body is still to be discarded.
 *
 * @throws {UploadError} `unsupported-media-type` for another type of body; `malformed-request` and `digest-mismatch` for the
 *   digests that are claimed of it; `malformed-body`, `truncated-body`,
 *   `request-timeout`, `body-too-large`, `too-many-files`, `too-many-fields`, `field-too-large` and the decoder's; and
 *   what the sinks threw.
 */
export async function readForm(
  incoming: Incoming,
  { limits, openFile, signal }: ReadFormOptions,
): Promise<FormField[]> {
  const { body } = incoming
  const form = toFormDecoder(incoming.header('content-type') ?? '', limits, openFile)
  if (body === undefined) throw new UploadError('malformed-body', { reason: 'the request has none' })
  const claimed = ClaimedDigests.of(incoming)
  const tooLarge = (): UploadError => new UploadError('body-too-large', { limit: limits.maxBodySize })
  if (body.length !== undefined && body.length > limits.maxBodySize) throw tooLarge()

  let size = 0
  const take = (chunk: Uint8Array): Promise<void> | undefined => {
    size += chunk.length
    if (size > limits.maxBodySize) throw tooLarge()
    claimed?.append(chunk)
    return form.write(chunk)
  }
  await body.read(take, { idleTimeoutMs: limits.idleTimeoutMs, minRate: limits.minRate, signal })
  claimed?.verify()
  return form.end()
}

/** A form of either type on its way in. */
interface FormDecoder {
  /** A promise asks to wait before the next chunk. */
  write(chunk: Uint8Array): Promise<void> | undefined
  end(): FormField[]
}

function toFormDecoder(contentType: string, limits: FormLimits, openFile: (head: FileHead) => FileSink): FormDecoder {
  const essence = toMediaType(contentType)?.essence
  if (essence === 'application/x-www-form-urlencoded') return new UrlencodedDecoder(limits)
  if (essence === 'text/plain' || contentType === '') {
    const hint = 'Give the form method="post" and enctype="multipart/form-data".'
    throw new UploadError('unsupported-media-type', { contentType, hint })
  }
  return new MultipartForm(parseBoundary(contentType), limits, openFile)
}

/** Gives each part to a sink or to a field. */
class MultipartForm implements FormDecoder {
  readonly #decoder: MultipartDecoder
  readonly #limits: FormLimits
  readonly #openFile: (head: FileHead) => FileSink
  readonly #fields: { readonly head: PartHead; readonly bytes: FieldBytes }[] = []
  #files = 0
  #fieldsSize = 0
  #sink: FileSink | undefined
  #field: FieldBytes | undefined
  /** What the parts of the chunk that is being decoded ask to wait for. */
  #waits: Promise<void>[] = []

  constructor(boundary: string, limits: FormLimits, openFile: (head: FileHead) => FileSink) {
    this.#limits = limits
    this.#openFile = openFile
    this.#decoder = new MultipartDecoder(
      boundary,
      { begin: (head) => this.#begin(head), bytes: (bytes) => this.#bytes(bytes), end: () => this.#end() },
      limits,
    )
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    try {
      this.#decoder.write(chunk)
    } catch (error) {
      // They are waited for no more, and the first failure is the one to tell.
      for (const wait of this.#waits) wait.catch(ignore)
      throw error
    }
    const waits = this.#waits
    if (waits.length === 0) return undefined
    this.#waits = []
    return waits.length === 1 ? waits[0] : Promise.all(waits).then(ignore)
  }

  end(): FormField[] {
    this.#decoder.end()
    // Only now, since the field that names their charset may be the last (RFC 7578 section 4.6).
    const charset = this.#fields.find(({ head }) => head.name === '_charset_')
    const label = charset === undefined ? undefined : toLabel(charset.bytes)
    return this.#fields.map(({ head, bytes }) => [head.name, decodeFieldText(bytes.join(), head, label)])
  }

  #begin(head: PartHead): void {
    if (head.filename === undefined) {
      this.#countField(head.name.length)
      if (this.#fields.length >= this.#limits.maxFields) {
        throw new UploadError('too-many-fields', { limit: this.#limits.maxFields })
      }
      const limit = this.#limits.maxFieldSize
      const tooLarge = (): UploadError => new UploadError('field-too-large', { limit, field: head.name })
      this.#field = new FieldBytes(limit, tooLarge)
      this.#fields.push({ head, bytes: this.#field })
      return
    }
    if (head.filename !== '') this.#files += 1
    if (this.#files > this.#limits.maxFiles) throw new UploadError('too-many-files', { limit: this.#limits.maxFiles })
    this.#sink = this.#openFile({ field: head.name, filename: head.filename, contentType: head.contentType })
  }

  #bytes(bytes: Uint8Array): void {
    if (this.#sink !== undefined) {
      this.#wait(this.#sink.append(bytes))
      return
    }
    this.#countField(bytes.length)
    this.#field?.append(bytes)
  }

  #countField(size: number): void {
    const { maxFieldsSize: limit } = this.#limits
    this.#fieldsSize += size
    if (this.#fieldsSize > limit) throw new UploadError('fields-too-large', { limit })
  }

  #end(): void {
    this.#wait(this.#sink?.end())
    this.#sink = undefined
    if (this.#field !== undefined && this.#fields.at(-1)?.head.name === '_charset_') {
      this.#decoder.useCharset(toLabel(this.#field))
    }
    this.#field = undefined
  }

  #wait(ready: Promise<void> | undefined): void {
    if (ready !== undefined) this.#waits.push(ready)
  }
}

/** The name of a charset is ASCII. */
function toLabel(field: FieldBytes): string {
  return new TextDecoder().decode(field.join())
}

function ignore(): void {}
