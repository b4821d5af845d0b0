/** Characters that are invisible by themselves, and that many systems leave out when they compare names. */
export const IGNORABLE: RegExp = /\p{Default_Ignorable_Code_Point}/gu

/**
 * The text as a careless system or reader takes it: in lower case, with plain characters for compatibility ones (NFKC),
 * and without ignorable ones. A reader may confuse two names with the same shadow. So names and extensions are judged
 * by it.
 */
export function shadowOf(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  // A sigma at the end of a word has another form. The shadow of a character must not depend on its neighbours.
  return text.replace(IGNORABLE, '').normalize('NFKC').toLowerCase().replaceAll('ς', 'σ')
}

const ASCII = /^[ -~]*$/
