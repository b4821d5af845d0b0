import { isFileInput, isList, isSchema } from './form-shape.ts'
import type { FormMember, FormShape } from './form-shape.ts'
import { KEPT_FIELD } from './kept-files.ts'

/** Names that belong to whoever sends the form: browsers put the charset into this one. */
export const CHARSET_FIELD = '_charset_'

/**
 * Looks for what no request could ever fill in, and for sets that cannot keep files where the form `keeps` them.
 *
 * @throws {TypeError} that names the control.
 */
export function checkShape(shape: FormShape, keeps: boolean): void {
  for (const [name, member] of Object.entries(shape)) {
    if (name === CHARSET_FIELD || (keeps && name === KEPT_FIELD)) {
      throw new TypeError(`A form cannot declare ${JSON.stringify(name)}: that name has a meaning of its own.`)
    }
    checkMember(name, member, keeps)
  }
}

function checkMember(name: string, member: FormMember, keeps: boolean): void {
  if (isSchema(member)) return
  if (isFileInput(member)) {
    const { name: set, storage } = member.set
    if (!keeps || storage.claim !== undefined) return
    throw new TypeError(
      `${JSON.stringify(name)} cannot keep files: a storage of kind "${storage.kind}", of the set "${set}", sets none aside.`,
    )
  }
  if (isList(member)) {
    checkMember(name, member.item, keeps)
    return
  }
  for (const [step, below] of Object.entries(member)) {
    if (!/^[^.[\]]+$/.test(step)) {
      throw new TypeError(
        `${JSON.stringify(step)} below ${JSON.stringify(name)} is a name that no form can send: use no dots and brackets.`,
      )
    }
    checkMember(`${name}.${step}`, below, keeps)
  }
}
