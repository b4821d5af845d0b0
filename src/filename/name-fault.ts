import { codePointAt } from './code-point.ts'
import { splitExtension } from './extension.ts'
import { MAX_NAME_BYTES, utf8Length } from './name-bytes.ts'
import { IGNORABLE } from './shadow.ts'
import { FORBIDDEN, storedName } from './stored-name.ts'
import { visibleName } from './visible-name.ts'

/**
 * The reason why a name cannot be stored as it is: the end of a sentence that begins with the name. `undefined` if it
 * can be. A reason names an invisible character by its code point.
 */
export function nameFault(name: string): string | undefined {
  if (storedName(name) === name) return undefined
  const { stem, suffix } = splitExtension(name)
  const hidden = firstDifference(name, visibleName(stem + suffix.replace(IGNORABLE, '')))
  if (hidden !== undefined) return `it holds the invisible character ${hidden}`
  const forbidden = name.search(FORBIDDEN)
  if (forbidden !== -1) return `it holds a character that not every system can store, ${codePointAt(name, forbidden)}`
  if (utf8Length(name) > MAX_NAME_BYTES) return `it is longer than ${MAX_NAME_BYTES} bytes`
  return 'not every system could store it safely'
}

/** The first character of the text that is missing in the rest of it; `undefined` if both are the same. */
function firstDifference(text: string, rest: string): string | undefined {
  let at = 0
  for (const character of text) {
    if (!rest.startsWith(character, at)) return codePointAt(character, 0)
    at += character.length
  }
  return undefined
}
