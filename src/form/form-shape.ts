import { checkBounds } from '../errors/check-bounds.ts'
import { checkOptions } from '../errors/check-options.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { FileInput } from '../policy/file-input.ts'
import type { JsonField } from './json-field.ts'

/** A member of a form: a field, a file input, a list, or a group of more members below its name. */
export type FormMember = FieldMember | FileInput | FormList | FormShape

/** A field of text by its schema, or a field of JSON. */
export type FieldMember = StandardSchemaV1 | JsonField

/** The controls of a form by their names. */
export interface FormShape {
  readonly [name: string]: FormMember
}

/** Several fields or groups of one kind under one name. */
export interface FormList<Item extends FormItem = FormItem> {
  readonly item: Item
  /** Items that it needs at least. */
  readonly min: number
  /** Items that it takes at most. */
  readonly max: number
}

/** An item of a list. Files have `set.many()` instead. */
export type FormItem = FieldMember | FormShape

/** The data of a form: the output of each field's schema, and the stored files of each file input. */
export type FormOutput<Shape extends FormShape> = {
  -readonly [Name in keyof Shape]: MemberOutput<Shape[Name]>
  // With this, editors show the members of the type.
} & {}

/** The data of one member of a form. */
export type MemberOutput<Member> =
  Member extends StandardSchemaV1<unknown, infer Output>
    ? Output
    : Member extends JsonField<infer Output>
      ? Output
      : Member extends FileInput<infer Value>
        ? Value
        : Member extends FormList<infer Item>
          ? MemberOutput<Item>[]
          : Member extends FormShape
            ? FormOutput<Member>
            : never

/**
 * Several fields of one name (`tags`, `tags[]` or `tags[0]`), or several groups of controls (`items[0].name`).
 *
 * @example
 * ```ts
 * const items = list({ name: z.string(), photo: photos.one() }, { max: 5 })
 * const post = uploadForm({ tags: list(z.string()), items })
 * ```
 * @throws {TypeError} for a bound that is not a number, and for a `max` below 1 or below `min`.
 */
export function list<const Item extends FormItem>(
  item: Item,
  options: { readonly min?: number; readonly max?: number } = {},
): FormList<Item> {
  checkOptions('list', options, { min: OPTION_KINDS.own, max: OPTION_KINDS.own })
  const { min = 0, max = 100 } = options
  checkBounds('list', { min, max })
  return { item, min, max }
}

export function isField(member: FormMember): member is FieldMember {
  return '~standard' in member || isJsonField(member)
}

export function isJsonField(member: FormMember): member is JsonField {
  return 'kind' in member && member.kind === 'json'
}

export function isFileInput(member: FormMember): member is FileInput {
  return 'set' in member && hasBounds(member)
}

export function isList(member: FormMember): member is FormList {
  return 'item' in member && hasBounds(member)
}

/** No member of a group is a number, so these are bounds. */
function hasBounds(member: FormMember): boolean {
  return 'min' in member && typeof member.min === 'number'
}
