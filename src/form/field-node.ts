import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { FormError } from '../errors/upload-error-table.ts'
import type { NameStep } from './field-name.ts'
import { joinFieldName } from './field-name.ts'

/** A field of a form, and what was sent in it. */
export class FieldNode {
  readonly kind = 'field'
  readonly name: string
  readonly #schema: StandardSchemaV1
  readonly #values: string[] = []
  #output: unknown

  constructor(name: string, schema: StandardSchemaV1) {
    this.name = name
    this.#schema = schema
  }

  find(steps: readonly NameStep[]): FieldNode | undefined {
    return steps.length === 0 ? this : undefined
  }

  add(value: string): void {
    this.#values.push(value)
  }

  /** Asks the schema; a field that was not sent is `undefined` to it. */
  async validate(path: FormError['path']): Promise<FormError[]> {
    const { name } = this
    const [value, ...others] = this.#values
    if (others.length > 0) {
      return [{ path, name, code: 'repeated-field', detail: `${quote(name)} was sent more than once.` }]
    }
    const result = await this.#schema['~standard'].validate(value)
    if (result.issues === undefined) {
      this.#output = result.value
      return []
    }
    if (value === undefined) return [{ path, name, code: 'missing-field', detail: `${quote(name)} is missing.` }]
    return result.issues.map((issue) => {
      const below = (issue.path ?? []).map((step) => toStep(typeof step === 'object' ? step.key : step))
      const detail = `${quote(name)}: ${issue.message}`
      return { path: [...path, ...below], name: below.reduce(joinFieldName, name), code: 'invalid-value', detail }
    })
  }

  toValue(): unknown {
    return this.#output
  }
}

function toStep(key: PropertyKey): string | number {
  return typeof key === 'symbol' ? String(key) : key
}

/** A control's name inside a sentence. */
export function quote(name: string): string {
  return JSON.stringify(name)
}
