import { nearestWord } from './nearest-word.ts'
import type { OptionKind } from './option-kinds.ts'
import { tellValue } from './tell-value.ts'

/**
 * Checks the options of a function as JavaScript may pass them. Otherwise a misspelt limit would be ignored.
 *
 * @param owner how the caller knows the function, such as `uploadSet`
 * @throws {TypeError} for what is not an object, a name that is not an option, and a value of another kind.
 */
export function checkOptions(owner: string, options: unknown, kinds: Readonly<Record<string, OptionKind>>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`The options of ${owner} must be an object; got ${tellValue(options)}.`)
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
    if (kind === undefined) throw new TypeError(`"${name}" is not an option of ${owner}. ${advice(name, kinds)}`)
    if (kind.takes(value)) continue
    const { says, tells = tellValue } = kind
    throw new TypeError(`"${name}" of ${owner} must be ${says}; got ${tells(value)}.`)
  }
}

function advice(name: string, kinds: Readonly<Record<string, OptionKind>>): string {
  const names = Object.keys(kinds)
  // Without case first: `MAXFILESIZE` differs in too many letters to be near.
  const lower = names.find((each) => each.toLowerCase() === name.toLowerCase())
  const nearest = lower ?? nearestWord(name, names)
  return nearest === undefined ? `Its options: ${names.join(', ')}.` : `Did you mean "${nearest}"?`
}
