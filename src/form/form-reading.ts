import { MEDIA_TYPE_HINTS } from '../errors/media-type-hints.ts'
import type { FileLimit } from '../errors/file-limit.ts'
import { NO_FILENAME_HINTS } from '../errors/no-filename-hints.ts'
import type { FormError } from '../errors/upload-error-table.ts'
import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import type { ContentType } from '../http/content-type.ts'
import type { FormField } from '../receive/form-field.ts'
import type { FormLimits } from '../receive/form-limits.ts'
import { IgnoredFile } from '../receive/ignored-file.ts'
import { readForm } from '../receive/read-form.ts'
import type { FileHead, FileSink } from '../receive/read-form.ts'
import { FileIntake } from './file-intake.ts'
import type { FilesNode } from './files-node.ts'
import { CHARSET_FIELD } from './form-check.ts'
import type { FormShape } from './form-shape.ts'
import { toFormSize } from './form-size.ts'
import { FormTree } from './form-tree.ts'
import { KEPT_FIELD } from './kept-files.ts'
import type { FileKeeper } from './kept-files.ts'

export interface FormReadingOptions {
  readonly keeper: FileKeeper | undefined
  /** Whether parts that the form does not declare are thrown away without a word. */
  readonly ignoresUnknown: boolean
  /** The limits of files that a refusal of the whole form lists. */
  readonly fileLimits: readonly FileLimit[]
}

/** What is wrong with a form is told up to here: more helps nobody. */
const MAX_ERRORS = 100
/**
 * Characters of a name that the form does not declare, as it is told: no answer is to grow by what a client makes up.
 */
const TOLD_NAME_LENGTH = 100

/** One request's form, from its first byte to its value. */
export class FormReading {
  readonly #tree: FormTree
  readonly #takesFiles: boolean
  readonly #options: FormReadingOptions
  readonly #unknown: FormError[] = []
  readonly #tokens: string[] = []
  #values: readonly FormField[] = []

  constructor(shape: FormShape, options: FormReadingOptions) {
    this.#tree = new FormTree(shape)
    this.#takesFiles = toFormSize(shape).files > 0
    this.#options = options
  }

  /** The fields as they were sent. */
  get values(): readonly FormField[] {
    return this.#values
  }

  get inputs(): FilesNode[] {
    return this.#tree.fileInputs()
  }

  /**
   * @throws {UploadError} as `readForm`; `unsupported-media-type` also for a urlencoded form whose files cannot have
   *   come.
   */
  async read(incoming: Incoming, limits: FormLimits, signal: AbortSignal | undefined): Promise<void> {
    this.#checkType(incoming.contentType)
    const { fileLimits } = this.#options
    const openFile = (head: FileHead): FileSink => this.#openFile(head)
    const { fields } = await readForm(incoming, { limits, fileLimits, openFile, signal })
    for (const [name, value] of fields) this.#addField(name, value)
    this.#values = fields.filter(([name]) => name !== KEPT_FIELD && name !== CHARSET_FIELD)
    await this.#options.keeper?.claim(this.#tokens, this.#tree)
  }

  /** @throws {UploadError} `invalid-form` with all that is wrong. */
  async check(): Promise<void> {
    const errors = [...(await this.#tree.validate()), ...this.#unknown].slice(0, MAX_ERRORS)
    if (errors.length > 0) throw new UploadError('invalid-form', { errors })
  }

  /** The form's data; `stored` of all inputs has to be set. */
  toValue(): unknown {
    return this.#tree.toValue()
  }

  /** Lets go of all drafts that are not published. Never rejects. */
  async release(): Promise<void> {
    await Promise.all(this.inputs.map((input) => input.release()))
  }

  #checkType({ text, kind }: ContentType): void {
    if (kind !== 'urlencoded' || !this.#takesFiles) return
    throw new UploadError('unsupported-media-type', { contentType: text, hint: MEDIA_TYPE_HINTS.formWithFiles })
  }

  #openFile(head: FileHead): FileSink {
    const node = this.#tree.controlFor(head.field)
    if (node?.kind === 'files') {
      if (head.filename !== '') return new FileIntake(node, head)
      node.skip()
      return new IgnoredFile()
    }
    if (node === undefined) this.#refuseUnknown(head.field)
    else node.addFile()
    return new IgnoredFile()
  }

  #addField(name: string, value: string): void {
    if (name === CHARSET_FIELD) return
    if (name === KEPT_FIELD && this.#options.keeper !== undefined) {
      this.#tokens.push(value)
      return
    }
    const node = this.#tree.controlFor(name)
    if (node === undefined) this.#refuseUnknown(name)
    else if (node.kind === 'field') node.add(value)
    // As Node's `FormData` sends an input in which nothing was chosen.
    else if (value === '') node.skip()
    else node.refuse({ code: 'not-a-file', detail: `This has to be a file. ${NO_FILENAME_HINTS.field}` })
  }

  #refuseUnknown(name: string): void {
    if (this.#options.ignoresUnknown || this.#unknown.length >= MAX_ERRORS) return
    const told = name.length > TOLD_NAME_LENGTH ? `${name.slice(0, TOLD_NAME_LENGTH)}…` : name
    this.#unknown.push({
      path: [told],
      name: told,
      code: 'unknown-field',
      detail: 'The form has no control of this name.',
    })
  }
}
