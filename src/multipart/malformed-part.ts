import { quote } from '../errors/quote.ts'
import { UploadError } from '../errors/upload-error.ts'

/**
 * The refusal of one part: `part 3, "avatar": its filename ...`.
 *
 * @param number its place in the form, from 1
 * @param field the name of its field, if it is known
 */
export function malformedPart(number: number, field: string | undefined, reason: string): UploadError {
  const part = field === undefined ? `part ${number}` : `part ${number}, ${quote(field)}`
  return new UploadError('malformed-body', { reason: `${part}: ${reason}` })
}
