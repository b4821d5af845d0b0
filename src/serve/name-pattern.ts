/**
 * True if the whole name matches a pattern in which `*` stands for any characters, also none, and `?` for one. Upper
 * and lower case are the same, as on some file systems: `*.key` also matches `A.KEY`.
 */
export function matchesPattern(name: string, pattern: string): boolean {
  const text = Array.from(name.toLowerCase())
  const wanted = Array.from(pattern.toLowerCase())
  let at = 0
  let next = 0
  // The place of the last star, and the place in the text at that time. Only these are tried again, so that no pattern
  // takes longer than the product of the two lengths.
  let star: number | undefined
  let starAt = 0
  while (at < text.length) {
    if (wanted[next] === '*') {
      star = next
      starAt = at
      next += 1
    } else if (next < wanted.length && (wanted[next] === '?' || wanted[next] === text[at])) {
      at += 1
      next += 1
    } else if (star !== undefined) {
      starAt += 1
      at = starAt
      next = star + 1
    } else {
      return false
    }
  }
  return wanted.slice(next).every((character) => character === '*')
}
