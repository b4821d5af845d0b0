/** The name of the character at `index` in a sentence, since it may be invisible: `U+200B`. */
export function codePointAt(text: string, index: number): string {
  return `U+${(text.codePointAt(index) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
