/**
 * Runs of slashes and of the white space of Python's `str.split()` within ASCII: JavaScript's `\s` lacks U+001C to
 * U+001F.
 */
// oxlint-disable-next-line no-control-regex -- these controls are the point
const GAP = /[/\t-\r\x1c-\x20]+/g

/**
 * Werkzeug's `secure_filename` as it is on POSIX, with the same results. It keeps ASCII letters, digits, `_`, `.` and
 * `-`, with neither dots nor underscores at the ends.
 *
 * ```ts
 * secureFilename('My cool movie.mov') // 'My_cool_movie.mov'
 * secureFilename('../../../etc/passwd') // 'etc_passwd'
 * ```
 *
 * Use it if you need that very result. It may return `''`, does not bound the length, and drops every letter without an
 * ASCII form. It keeps leading dashes and the names of Windows' devices. `storedName` does better.
 */
export function secureFilename(filename: string): string {
  const ascii = filename.normalize('NFKD').replace(/[^\0-\x7f]/g, '')
  return stripDotsAndUnderscores(ascii.replace(GAP, '_').replace(/[^A-Za-z0-9_.-]/g, ''))
}

/** By hand: `/[._]+$/` takes quadratic time over long runs that do not reach the end. */
function stripDotsAndUnderscores(name: string): string {
  let start = 0
  let end = name.length
  while (start < end && isStripped(name[start])) start++
  while (end > start && isStripped(name[end - 1])) end--
  return name.slice(start, end)
}

function isStripped(character: string | undefined): boolean {
  return character === '.' || character === '_'
}
