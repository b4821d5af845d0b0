import { expectationOf } from '../media/content-table.ts'

/**
 * True if the type table has a row for the extension (in lower case), so that a name which is nothing else, such as
 * `.docx`, is an extension and not the name of a hidden file. `.env` is one, though `production.env` has that extension.
 */
export function isKnownExtension(extension: string): boolean {
  if (extension === 'env') return false
  return expectationOf(extension).type !== undefined
}
