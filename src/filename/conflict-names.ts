import { splitExtension } from './extension.ts'
import { cutToBytes, MAX_NAME_BYTES, utf8Length } from './name-bytes.ts'
import { shadowOf } from './shadow.ts'
import { DOT_OR_LIKE } from './stored-name.ts'

/**
 * The names to try in this order until one is free: `foo.txt`, `foo_1.txt`, `foo_2.txt`, ... without end. Each has at
 * most 255 bytes of UTF-8.
 */
export function* conflictNames(name: string): Generator<string, never, void> {
  for (let attempt = 0; ; attempt++) yield conflictName(name, attempt)
}

/**
 * The name to try after `attempt` others were taken; 0 is the name itself, cut if it is longer than 255 bytes.
 *
 * The number stands before the last extension, as with Flask-Uploads: `a.tar.gz` becomes `a.tar_1.gz`. So names that an
 * application already knows from there stay the same. The beginning of a compound extension is also ambiguous:
 * `v1.2.zip`.
 */
export function conflictName(name: string, attempt: number): string {
  const { stem, suffix } = splitExtension(name)
  const number = attempt === 0 ? '' : `_${attempt}`
  const room = MAX_NAME_BYTES - utf8Length(number + suffix)
  // An extension that leaves no room for a stem does not count as one. Stored names have no such extension.
  if (room < 1) return cutToBytes(name, MAX_NAME_BYTES - number.length) + number
  const cut = cutToBytes(stem, room)
  const numbered = cut + number + suffix
  if (cut === stem || suffix !== '' || splitExtension(shadowOf(numbered)).suffix === '') return numbered
  // With white space in it, the end was not an extension. The cut must not make one of it.
  return numbered.replace(DOT_OR_LIKE, '_')
}
