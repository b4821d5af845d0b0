import { FORM_ERROR_TABLE } from './form-error-table.ts'
import type { OwnFormErrorCode } from './form-error-table.ts'
import type { FormErrorHead, FormErrorMembers } from './upload-error-details.ts'
import type { AnyUploadError } from './upload-error.ts'

/** A fault of a control, without its place in the form. */
export type FormFault<Code extends keyof FormErrorMembers = keyof FormErrorMembers> = {
  [Each in Code]: Omit<FormErrorHead<Each>, 'path' | 'field'> & Readonly<FormErrorMembers[Each]>
}[Code]

/** A fault that the form found itself. */
export function formFault<Code extends OwnFormErrorCode>(code: Code, details: FormErrorMembers[Code]): FormFault<Code> {
  return { ...details, code, detail: FORM_ERROR_TABLE[code](details) }
}

/** A refusal of a file as a fault of its input. */
export function refusalFault(refusal: AnyUploadError): FormFault
export function refusalFault({ code, message: detail, details }: AnyUploadError): object {
  return { ...details, code, detail }
}
