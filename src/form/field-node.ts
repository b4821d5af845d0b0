import type { StandardSchemaV1 } from '@standard-schema/spec'
import { formFault } from '../errors/form-fault.ts'
import type { FormError } from '../errors/upload-error-details.ts'
import { IgnoredFile } from '../receive/ignored-file.ts'
import type { FileSink } from '../receive/read-form.ts'
import type { NameStep } from './field-name.ts'
import { joinFieldName } from './field-name.ts'
import { isJsonField } from './form-shape.ts'
import type { FieldMember } from './form-shape.ts'
import { parseJson } from './json-field.ts'

/** A field of a form, and the texts that were sent in it. */
export class FieldNode {
  readonly kind = 'field'
  readonly field: string
  readonly #schema: StandardSchemaV1
  readonly #isJson: boolean
  readonly #values: string[] = []
  #cameAsFile = false
  #output: unknown

  constructor(field: string, member: FieldMember) {
    this.field = field
    this.#isJson = isJsonField(member)
    this.#schema = isJsonField(member) ? member.schema : member
  }

  controlAt(steps: readonly NameStep[]): FieldNode | undefined {
    return steps.length === 0 ? this : undefined
  }

  addText(value: string): void {
    this.#values.push(value)
  }

  /** Takes a file in place of text. */
  addFile(): FileSink {
    this.#cameAsFile = true
    return new IgnoredFile()
  }

  /** Validates the text by the schema. A field that was not sent is `undefined`. */
  async validate(path: FormError['path']): Promise<FormError[]> {
    const { field } = this
    const [text, ...others] = this.#values
    if (this.#cameAsFile) return [{ path, field, ...formFault('not-text', {}) }]
    if (others.length > 0) return [{ path, field, ...formFault('repeated-field', { count: others.length + 1 }) }]
    const parsed = this.#isJson && text !== undefined ? parseJson(text) : { value: text }
    if ('fault' in parsed) return [{ path, field, ...formFault('invalid-json', parsed.fault) }]
    const { value } = parsed
    const result = await this.#schema['~standard'].validate(value)
    if (result.issues === undefined) {
      this.#output = result.value
      return []
    }
    if (value === undefined) return [{ path, field, ...formFault('missing-field', {}) }]
    // A schema may refuse a value without an issue.
    if (result.issues.length === 0) return [{ path, field, ...formFault('invalid-value', {}) }]
    return result.issues.map((issue) => {
      // A plain array: arktype's has a `map` that adds a step to an empty path.
      const below = Array.from(issue.path ?? [], (step) => toStep(typeof step === 'object' ? step.key : step))
      const place = { path: [...path, ...below], field: below.reduce(joinFieldName, field) }
      return { ...place, code: 'invalid-value', detail: issue.message }
    })
  }

  toValue(): unknown {
    return this.#output
  }
}

function toStep(key: PropertyKey): string | number {
  return typeof key === 'symbol' ? String(key) : key
}
