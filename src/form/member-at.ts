import { parseFieldName } from './field-name.ts'
import type { NameStep } from './field-name.ts'
import { isField, isFileInput, isList } from './form-shape.ts'
import type { FormMember, FormShape } from './form-shape.ts'

/** The member that a name leads to, as `FormTree.controlFor` finds its control; `undefined` if there is none. */
export function memberAt(shape: FormShape, name: string): FormMember | undefined {
  const steps = parseFieldName(name)
  return below(shape, [name]) ?? (steps === undefined ? undefined : below(shape, steps))
}

function below(member: FormMember, steps: readonly NameStep[]): FormMember | undefined {
  const [step, ...rest] = steps
  if (isField(member) || isFileInput(member)) return steps.length === 0 ? member : undefined
  if (isList(member)) {
    const isNumber = typeof step === 'number'
    return isNumber || step === undefined ? below(member.item, isNumber ? rest : steps.slice(1)) : undefined
  }
  if (step === undefined || !Object.hasOwn(member, step)) return undefined
  const next = member[step]
  return next === undefined ? undefined : below(next, rest)
}
