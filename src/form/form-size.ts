import { FIELDS_SIZE } from '../receive/form-limits.ts'
import { isFileInput, isList, isSchema } from './form-shape.ts'
import type { FormMember } from './form-shape.ts'

/** Files beyond those that the form takes, up to which each is told to its input; more end the form at once. */
const SURPLUS_FILES = 100

/** What a form may come to, derived from what it declares. */
export interface FormSize {
  readonly maxFiles: number
  /** Bytes of the whole body. */
  readonly maxBodySize: number
}

export function toFormSize(shape: FormMember): FormSize {
  const { files, bytes } = sizeOf(shape)
  return { maxFiles: files + SURPLUS_FILES, maxBodySize: bytes + FIELDS_SIZE }
}

function sizeOf(member: FormMember): { files: number; bytes: number } {
  if (isSchema(member)) return { files: 0, bytes: 0 }
  if (isFileInput(member)) return { files: member.max, bytes: member.max * member.set.maxFileSize }
  if (isList(member)) {
    const { files, bytes } = sizeOf(member.item)
    // Not 0 times Infinity, which is no number.
    return files === 0 ? { files, bytes } : { files: files * member.max, bytes: bytes * member.max }
  }
  const sizes = Object.values(member).map(sizeOf)
  return {
    files: sizes.reduce((sum, { files }) => sum + files, 0),
    bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}
