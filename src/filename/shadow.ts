/** Characters that show nothing by themselves, and that many systems leave out when they compare names. */
export const IGNORABLE: RegExp = /\p{Default_Ignorable_Code_Point}/gu

/**
 * The text as a careless system or reader takes it: without the characters that many systems ignore, compatibility
 * characters as plain ones (NFKC), in lower case. Two names with one shadow may be taken for one another, so that names
 * and extensions are judged by it.
 */
export function shadowOf(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  // A sigma at the end of a word has a form of its own, and a shadow must not depend on what is around a character.
  return text.replace(IGNORABLE, '').normalize('NFKC').toLowerCase().replaceAll('ς', 'σ')
}

const ASCII = /^[ -~]*$/
