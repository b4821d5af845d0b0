import { splitExtension } from './extension.ts'
import { cutToBytes, MAX_NAME_BYTES, utf8Length } from './name-bytes.ts'

/**
 * The names to try one after the other until one is free: `foo.txt`, `foo_1.txt`, `foo_2.txt`, ... without end, each at
 * most 255 bytes of UTF-8.
 */
export function* conflictNames(name: string): Generator<string, never, void> {
  for (let attempt = 0; ; attempt++) yield conflictName(name, attempt)
}

/**
 * The name to try after `attempt` others were taken; 0 is the name itself, cut where it is longer than 255 bytes.
 *
 * The number stands before the last extension, as with Flask-Uploads: `a.tar.gz` becomes `a.tar_1.gz`. Names that an
 * application already knows from there stay the same, and where a compound extension begins cannot be told: `v1.2.zip`.
 */
export function conflictName(name: string, attempt: number): string {
  const { stem, suffix } = splitExtension(name)
  const number = attempt === 0 ? '' : `_${attempt}`
  const room = MAX_NAME_BYTES - utf8Length(number + suffix)
  // An extension that leaves the stem no room is none. Stored names have no such extension.
  if (room < 1) return cutToBytes(name, MAX_NAME_BYTES - number.length) + number
  return cutToBytes(stem, room) + number + suffix
}
