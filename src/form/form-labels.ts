import type { StandardSchemaV1 } from '@standard-schema/spec'
import { nearestWord } from '../errors/nearest-word.ts'
import { tellValue } from '../errors/tell-value.ts'
import type { FormError } from '../errors/upload-error-details.ts'
import type { FileInput } from '../policy/file-input.ts'
import { joinFieldName } from './field-name.ts'
import { isField, isFileInput, isList } from './form-shape.ts'
import type { FormList, FormMember, FormShape } from './form-shape.ts'
import type { JsonField } from './json-field.ts'

/** A label, or a function that gets the numbers of the items, from 0 on: `(item) => ...` for `items[].name`. */
export type FormLabel = string | ((...items: number[]) => string)

/** Labels by the names of the fields; `[]` stands for each item of a list. */
export type FormLabels<Shape extends FormShape> = { readonly [Name in FieldName<Shape>]?: FormLabel | undefined }

/** The names that a form declares: `title`, `address`, `address.street`, `items`, `items[]` and `items[].name`. */
export type FieldName<Shape extends FormShape> = string extends keyof Shape
  ? string
  : { [Key in keyof Shape & string]: NameBelow<Shape[Key], Key> }[keyof Shape & string]

/** The names of a member: its own, and those of the members below it. */
export type NameBelow<Member, Name extends string> = Member extends StandardSchemaV1 | JsonField | FileInput
  ? Name
  : Member extends FormList<infer Item>
    ? Name | NameBelow<Item, `${Name}[]`>
    : Member extends FormShape
      ? Name | `${Name}.${FieldName<Member>}`
      : never

/**
 * The names of all members, in the order of the declaration.
 *
 * @param name of the member itself
 */
function namesOf(member: FormMember, name: string): string[] {
  if (isField(member) || isFileInput(member)) return [name]
  if (isList(member)) return [name, ...namesOf(member.item, `${name}[]`)]
  return [name, ...Object.entries(member).flatMap(([step, below]) => namesOf(below, joinFieldName(name, step)))]
}

/** The labels of a form, and the errors that get them. */
export class LabelledFields {
  readonly #labels: ReadonlyMap<string, FormLabel>

  /** @throws {TypeError} for a name that the form does not declare, and for another kind of label. */
  constructor(labels: Readonly<Record<string, FormLabel | undefined>>, shape: FormShape) {
    const names = Object.entries(shape).flatMap(([name, member]) => namesOf(member, name))
    const given = Object.entries(labels).flatMap(([name, label]) =>
      label === undefined ? [] : [[name, label] as const],
    )
    for (const [name, label] of given) {
      if (!names.includes(name)) throw new TypeError(unknownName(name, names))
      if (typeof label === 'string' || typeof label === 'function') continue
      throw new TypeError(`The label of ${JSON.stringify(name)} must be a text or a function; got ${tellValue(label)}.`)
    }
    this.#labels = new Map(given)
  }

  /** The errors, each with the label of its field, or else of the nearest list or group around it. */
  addTo(errors: readonly FormError[]): readonly FormError[] {
    if (this.#labels.size === 0) return errors
    return errors.map((error) => {
      const label = error.label ?? this.#labelAt(error.path)
      return label === undefined ? error : { ...error, label }
    })
  }

  #labelAt(path: FormError['path']): string | undefined {
    for (let length = path.length; length > 0; length -= 1) {
      const steps = path.slice(0, length)
      const label = this.#labels.get(steps.reduce<string>(joinPattern, ''))
      if (label !== undefined) return typeof label === 'string' ? label : label(...steps.filter(isNumber))
    }
    return undefined
  }
}

function joinPattern(name: string, step: string | number): string {
  return typeof step === 'number' ? `${name}[]` : joinFieldName(name, step)
}

function isNumber(step: string | number): step is number {
  return typeof step === 'number'
}

function unknownName(name: string, names: readonly string[]): string {
  const nearest = nearestWord(name, names)
  const advice = nearest === undefined ? `Its names: ${names.join(', ')}.` : `Did you mean ${JSON.stringify(nearest)}?`
  return `"labels" of uploadForm has ${JSON.stringify(name)}, which the form does not declare. ${advice}`
}
