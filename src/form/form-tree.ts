import { formFault } from '../errors/form-fault.ts'
import type { FormFault } from '../errors/form-fault.ts'
import type { FormError } from '../errors/upload-error-details.ts'
import { joinFieldName, parseFieldName } from './field-name.ts'
import type { NameStep } from './field-name.ts'
import { FieldNode } from './field-node.ts'
import { FilesNode } from './files-node.ts'
import { isFileInput, isList, isField } from './form-shape.ts'
import type { FormList, FormMember, FormShape } from './form-shape.ts'

/** A control of a form. */
export type ControlNode = FieldNode | FilesNode

type FormNode = ControlNode | ListNode | GroupNode

/** The controls that a form declares, filled in with the parts of a request. Other names have no place in it. */
export class FormTree {
  readonly #root: GroupNode

  constructor(shape: FormShape) {
    this.#root = new GroupNode('', shape)
  }

  /**
   * The control for a part of that name; `undefined` if the form declares none. Each call for `tags` adds an item to
   * the list `tags`.
   */
  controlFor(name: string): ControlNode | undefined {
    const steps = parseFieldName(name)
    return this.#root.controlAt([name]) ?? (steps === undefined ? undefined : this.#root.controlAt(steps))
  }

  /** All faults of the form, in the order of the declaration. */
  validate(): Promise<FormError[]> {
    return this.#root.validate([])
  }

  /** The form's data. Call it after `validate` has found no fault and each file input has its stored files. */
  toValue(): unknown {
    return this.#root.toValue()
  }

  /** Every file input that has a place in the form. */
  fileInputs(): FilesNode[] {
    return [...filesBelow(this.#root)]
  }
}

/** Controls below a common name, or those of the whole form. */
class GroupNode {
  readonly kind = 'group'
  readonly children: ReadonlyMap<string, FormNode>

  constructor(field: string, shape: FormShape) {
    const children = Object.entries(shape).map(
      ([key, member]) => [key, toNode(joinFieldName(field, key), member)] as const,
    )
    this.children = new Map(children)
  }

  controlAt([step, ...rest]: readonly NameStep[]): ControlNode | undefined {
    return step === undefined ? undefined : this.children.get(String(step))?.controlAt(rest)
  }

  async validate(path: FormError['path']): Promise<FormError[]> {
    const errors: FormError[] = []
    for (const [key, child] of this.children) errors.push(...(await child.validate([...path, key])))
    return errors
  }

  toValue(): unknown {
    // With fromEntries, also `__proto__` is an own property.
    return Object.fromEntries([...this.children].map(([key, child]) => [key, child.toValue()]))
  }
}

/** Fields or groups under one name. */
class ListNode {
  readonly kind = 'list'
  readonly field: string
  readonly #list: FormList
  /** Items with a number. */
  readonly #numbered = new Map<number, FieldNode | GroupNode>()
  /** Items without one, in the order in which they came. */
  readonly #others: (FieldNode | GroupNode)[] = []

  constructor(field: string, list: FormList) {
    this.field = field
    this.#list = list
  }

  controlAt([step, ...rest]: readonly NameStep[]): ControlNode | undefined {
    if (typeof step === 'number') {
      const item = this.#numbered.get(step) ?? this.#toItem(joinFieldName(this.field, step))
      const control = item.controlAt(rest)
      // A control that is not declared makes no item.
      if (control !== undefined) this.#numbered.set(step, item)
      return control
    }
    // Without numbers, the controls of several groups cannot be told apart.
    if (step !== undefined || rest.length > 0 || !isField(this.#list.item)) return undefined
    const item = new FieldNode(this.field, this.#list.item)
    this.#others.push(item)
    return item
  }

  /** Items with a number, in their order, then the others. */
  get items(): (FieldNode | GroupNode)[] {
    const numbered = [...this.#numbered].toSorted(([one], [two]) => one - two).map(([, item]) => item)
    return [...numbered, ...this.#others]
  }

  async validate(path: FormError['path']): Promise<FormError[]> {
    const { items } = this
    const errors: FormError[] = this.#countFaults(items.length).map((fault) => ({ path, field: this.field, ...fault }))
    // A schema may be expensive, and items beyond the maximum are refused anyway.
    for (const [index, item] of items.slice(0, this.#list.max).entries()) {
      errors.push(...(await item.validate([...path, index])))
    }
    return errors
  }

  toValue(): unknown {
    return this.items.map((item) => item.toValue())
  }

  #countFaults(count: number): FormFault<'too-many-items' | 'too-few-items'>[] {
    const { min, max: limit } = this.#list
    if (count > limit) return [formFault('too-many-items', { limit, count })]
    return count < min ? [formFault('too-few-items', { min, count })] : []
  }

  #toItem(field: string): FieldNode | GroupNode {
    const { item } = this.#list
    return isField(item) ? new FieldNode(field, item) : new GroupNode(field, item)
  }
}

function toNode(field: string, member: FormMember): FormNode {
  if (isField(member)) return new FieldNode(field, member)
  if (isFileInput(member)) return new FilesNode(field, member)
  return isList(member) ? new ListNode(field, member) : new GroupNode(field, member)
}

function* filesBelow(node: FormNode): Generator<FilesNode> {
  if (node.kind === 'files') yield node
  if (node.kind === 'group') for (const child of node.children.values()) yield* filesBelow(child)
  if (node.kind === 'list') for (const item of node.items) yield* filesBelow(item)
}
