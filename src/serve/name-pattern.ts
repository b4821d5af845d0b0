/**
 * True if the whole name matches the pattern. In a pattern, `*` stands for any number of characters, and `?` for one.
 * Upper and lower case are the same, as on some file systems: `*.key` also matches `A.KEY`.
 */
export function matchesPattern(name: string, pattern: string): boolean {
  const text = Array.from(name.toLowerCase())
  const wanted = Array.from(pattern.toLowerCase())
  let at = 0
  let next = 0
  // The position of the last star, and the position in the text at that time. Only these are tried again. So the time
  // is at most the product of the two lengths.
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
