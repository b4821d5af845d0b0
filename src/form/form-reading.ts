import { MEDIA_TYPE_HINTS } from '../errors/media-type-hints.ts'
import type { FileLimit } from '../errors/file-limit.ts'
import type { FormError } from '../errors/upload-error-details.ts'
import { isUploadError, UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import type { ContentType } from '../http/content-type.ts'
import type { FileTransaction } from '../policy/file-transaction.ts'
import { publishTogether } from '../policy/publish-together.ts'
import { publishWith } from '../policy/publish-with.ts'
import type { PublishWithOptions } from '../policy/publish-with.ts'
import type { FormField } from '../receive/form-field.ts'
import type { FormLimits } from '../receive/form-limits.ts'
import { IgnoredFile } from '../receive/ignored-file.ts'
import { readForm } from '../receive/read-form.ts'
import type { FileHead, FileSink } from '../receive/read-form.ts'
import { unknownField } from '../receive/unknown-field.ts'
import { CHARSET_FIELD } from './form-check.ts'
import { isJsonField } from './form-shape.ts'
import type { FormShape } from './form-shape.ts'
import { toFormSize } from './form-size.ts'
import { FormTree } from './form-tree.ts'
import { memberAt } from './member-at.ts'
import { KEPT_FIELD } from './kept-files.ts'
import type { FileKeeper, KeptFiles } from './kept-files.ts'
import type { PlaceFacts } from './sent-file.ts'

export interface FormReadingOptions {
  readonly keeper: FileKeeper | undefined
  /** True if parts that the form does not declare are discarded instead of refused. */
  readonly ignoresUnknown: boolean
  /** Names of texts that are not declared and may come. */
  readonly extraFields: readonly string[]
  /** The request that the `place` of an input gets. */
  readonly request: unknown
  /** The owner of files that the form keeps; `undefined` if every client may use them. */
  readonly scope: string | undefined
  /** The limits of files that a refusal of the whole form lists. */
  readonly fileLimits: readonly FileLimit[]
}

/** Errors that a refusal lists at most. */
const MAX_ERRORS = 100

/** One request's form, from its first byte to its value. */
export class FormReading {
  readonly #shape: FormShape
  readonly #tree: FormTree
  readonly #takesFiles: boolean
  readonly #options: FormReadingOptions
  readonly #unknown: FormError[] = []
  readonly #tokens: string[] = []
  #values: readonly FormField[] = []
  /** Names of the inputs whose files the handler has refused. */
  #refused: readonly string[] = []

  constructor(shape: FormShape, options: FormReadingOptions) {
    this.#shape = shape
    this.#tree = new FormTree(shape)
    this.#takesFiles = toFormSize(shape).files > 0
    this.#options = options
  }

  get #asked(): PlaceFacts {
    const { request, scope } = this.#options
    return { request, scope }
  }

  /** The fields as they were sent. */
  get values(): readonly FormField[] {
    return this.#values
  }

  /**
   * @throws {UploadError} as `readForm`; `unsupported-media-type` also for a urlencoded form that needs files.
   */
  async read(incoming: Incoming, limits: FormLimits, signal: AbortSignal | undefined): Promise<void> {
    this.#checkType(incoming.contentType)
    const { fileLimits } = this.#options
    const openFile = (head: FileHead): FileSink => this.#openFile(head)
    const isJson = (field: string): boolean => {
      const member = memberAt(this.#shape, field)
      return member !== undefined && isJsonField(member)
    }
    const { fields } = await readForm(incoming, { limits, fileLimits, openFile, isJson, signal })
    for (const [name, value] of fields) this.#addField(name, value)
    this.#values = fields.filter(([name]) => name !== KEPT_FIELD && name !== CHARSET_FIELD)
    await this.#options.keeper?.claim(this.#tokens, this.#tree, this.#asked)
  }

  /** @throws {UploadError} `invalid-form` with all errors. */
  async check(): Promise<void> {
    const errors = [...(await this.#tree.validate()), ...this.#unknown].slice(0, MAX_ERRORS)
    if (errors.length > 0) throw new UploadError('invalid-form', { errors })
  }

  /** Publishes the files of all inputs, or none. */
  async publish(): Promise<void> {
    const inputs = this.#tree.fileInputs()
    const stored = await publishTogether(inputs.flatMap(({ drafts }) => drafts))
    for (const input of inputs) {
      input.setStored(stored.splice(0, input.drafts.length))
      await input.handOver()
    }
  }

  /**
   * Reserves a key for each file, runs `work`, and publishes the files. If `work` throws, no file is published.
   *
   * @throws as `publishWith`.
   */
  async publishWith<Value>(
    work: (transaction: FileTransaction) => Value | Promise<Value>,
    options: PublishWithOptions,
  ): Promise<Value> {
    const inputs = this.#tree.fileInputs()
    const drafts = inputs.flatMap((input) => input.drafts)
    return publishWith(
      drafts,
      async (files, transaction) => {
        for (const input of inputs) input.setStored(files.splice(0, input.drafts.length))
        const value = await this.#noteRefusals(() => work(transaction))
        for (const input of inputs) await input.handOver()
        return value
      },
      options,
    )
  }

  /** The form's data, after `publish`, or while `publishWith` runs its work. */
  toValue(): unknown {
    return this.#tree.toValue()
  }

  /**
   * Sets the good files of a refused form aside; `undefined` if there are none, or if the form keeps none. The files of
   * an input that the handler has refused are not good.
   */
  async keep(): Promise<KeptFiles | undefined> {
    const { keeper, scope } = this.#options
    const inputs = this.#tree.fileInputs().filter(({ field }) => !this.#refused.includes(field))
    return keeper?.keep(inputs, scope)
  }

  /** Gives up all drafts that are not published. Never rejects. */
  async release(): Promise<void> {
    await Promise.all(this.#tree.fileInputs().map((input) => input.release()))
  }

  async #noteRefusals<Value>(work: () => Value | Promise<Value>): Promise<Value> {
    try {
      return await work()
    } catch (error) {
      if (isUploadError(error) && error.code === 'invalid-form') {
        this.#refused = error.details.errors.map(({ field }) => field)
      }
      throw error
    }
  }

  #checkType({ text, kind }: ContentType): void {
    if (kind !== 'urlencoded' || !this.#takesFiles) return
    throw new UploadError('unsupported-media-type', { contentType: text, hint: MEDIA_TYPE_HINTS.formWithFiles })
  }

  #openFile(head: FileHead): FileSink {
    const node = this.#tree.controlFor(head.field)
    if (node !== undefined) return node.addFile(head, this.#asked)
    this.#refuseUnknown(head.field)
    return new IgnoredFile()
  }

  #addField(name: string, value: string): void {
    if (name === CHARSET_FIELD) return
    if (name === KEPT_FIELD && this.#options.keeper !== undefined) {
      this.#tokens.push(value)
      return
    }
    const node = this.#tree.controlFor(name)
    if (node !== undefined) node.addText(value)
    else if (!this.#options.extraFields.includes(name)) this.#refuseUnknown(name)
  }

  #refuseUnknown(name: string): void {
    if (this.#options.ignoresUnknown || this.#unknown.length >= MAX_ERRORS) return
    this.#unknown.push(unknownField(name))
  }
}
