import type { FileLimit } from '../errors/file-limit.ts'
import { FIELDS_SIZE, toFormLimits } from '../receive/form-limits.ts'
import type { FormLimitOptions, FormLimits } from '../receive/form-limits.ts'
import { joinFieldName } from './field-name.ts'
import { isFileInput, isList, isField } from './form-shape.ts'
import type { FormMember, FormShape } from './form-shape.ts'

/** The number of surplus files that are refused at their inputs. One more ends the form at once. */
const SURPLUS_FILES = 100

/** The most files of a form, and their bytes. */
interface FormSize {
  readonly files: number
  readonly bytes: number
}

export function toFormSize(member: FormMember): FormSize {
  if (isField(member)) return { files: 0, bytes: 0 }
  if (isFileInput(member)) return { files: member.max, bytes: member.max * member.set.maxFileSize }
  if (isList(member)) {
    const { files, bytes } = toFormSize(member.item)
    // 0 times Infinity is NaN.
    return files === 0 ? { files, bytes } : { files: files * member.max, bytes: bytes * member.max }
  }
  const sizes = Object.values(member).map(toFormSize)
  return {
    files: sizes.reduce((sum, { files }) => sum + files, 0),
    bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

/** The limits of the files of each input, in the order of the declaration. */
export function fileLimitsOf(member: FormMember, name: string = ''): FileLimit<number>[] {
  if (isField(member)) return []
  if (isFileInput(member)) return [{ field: name, maxFileSize: member.set.maxFileSize, maxFiles: member.max }]
  if (isList(member)) {
    return fileLimitsOf(member.item, `${name}[]`).map((limit) => ({ ...limit, maxFiles: limit.maxFiles * member.max }))
  }
  return Object.entries(member).flatMap(([step, below]) => fileLimitsOf(below, joinFieldName(name, step)))
}

/**
 * The limits of a form. By default, they have room for all that the form declares.
 *
 * @throws {TypeError} as `toFormLimits`.
 */
export function limitsOf(shape: FormShape, options: Omit<FormLimitOptions, 'maxFiles'>): FormLimits {
  const { files, bytes } = toFormSize(shape)
  const limits = toFormLimits({ ...options, maxFiles: files + SURPLUS_FILES })
  const around = Math.max(FIELDS_SIZE, limits.maxFieldsSize)
  return { ...limits, maxBodySize: options.maxBodySize ?? bytes + around }
}
