/** A name of the client's inside a sentence: control and bidi characters gone, and not longer than a line. */
export function quote(name: string): string {
  const clean = name.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
  // By code points, so that none is cut in two.
  return `"${clean.replace(/^(.{79}).{2,}$/u, '$1…')}"`
}
