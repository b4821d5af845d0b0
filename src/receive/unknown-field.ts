import { formFault } from '../errors/form-fault.ts'
import type { FormError } from '../errors/upload-error-details.ts'

/** Characters that a refusal shows of an undeclared name. Otherwise, a client could make the refusal large. */
const TOLD_NAME_LENGTH = 100

/** The fault of a form with a field that is not declared. */
export function unknownField(name: string): FormError {
  const told = name.length > TOLD_NAME_LENGTH ? `${name.slice(0, TOLD_NAME_LENGTH)}…` : name
  return { path: [told], field: told, ...formFault('unknown-field', {}) }
}
