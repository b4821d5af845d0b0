/** Entries that only documents with macros have (ECMA-376, part 2, names them), and what these are. */
const ENTRIES: readonly (readonly [entry: string, type: string])[] = [
  ['xl/workbook.bin', 'application/vnd.ms-excel.sheet.binary.macroenabled.12'],
  ['word/vbaProject.bin', 'application/vnd.ms-word.document.macroenabled.12'],
  ['xl/vbaProject.bin', 'application/vnd.ms-excel.sheet.macroenabled.12'],
  ['ppt/vbaProject.bin', 'application/vnd.ms-powerpoint.presentation.macroenabled.12'],
]

const LATIN1 = new TextDecoder('latin1')

/** The type of an office document in a ZIP that names macros; `undefined` if the first bytes name none. */
export function macroType(head: Uint8Array): string | undefined {
  const names = LATIN1.decode(head)
  return ENTRIES.find(([entry]) => names.includes(entry))?.[1]
}

/** True for the types of documents that have macros. */
export function hasMacros(type: string): boolean {
  return type.includes('.macroenabled')
}
