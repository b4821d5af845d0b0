import { expectationOf } from '../media/content-table.ts'

/**
 * True if the type table has a row for the extension (in lower case). Then a name such as `.docx` is an extension alone
 * and not a hidden file. `.env` is a hidden file, although `production.env` has that extension.
 */
export function isKnownExtension(extension: string): boolean {
  if (extension === 'env') return false
  return expectationOf(extension).type !== undefined
}
