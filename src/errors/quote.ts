/** Quotes a name from the client in a sentence: without control and bidi characters, at most a line long. */
export function quote(name: string): string {
  const clean = name.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
  // By code points, so that none is cut in two.
  return `"${clean.replace(/^(.{79}).{2,}$/u, '$1…')}"`
}
