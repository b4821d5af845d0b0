import { checkOptions } from '../errors/check-options.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKind, OptionKinds } from '../errors/option-kinds.ts'
import { tellValue } from '../errors/tell-value.ts'
import type { InputPlace, InputPlacement, InputPlaceRequest } from './file-input.ts'
import { isThenable } from './is-thenable.ts'
import type { Placement } from './upload-head.ts'

export const INPUT_PLACEMENT_KINDS: OptionKinds<InputPlacement> = {
  folder: OPTION_KINDS.text,
  name: OPTION_KINDS.text,
  key: OPTION_KINDS.text,
  place: OPTION_KINDS.call,
}

/**
 * Checks the options of a file input.
 *
 * @throws {TypeError} as `checkOptions`, and for `place` beside another place.
 */
export function checkInputPlacement(
  owner: string,
  options: InputPlacement,
  kinds: Readonly<Record<string, OptionKind>>,
): void {
  checkOptions(owner, options, kinds)
  const { place, folder, name, key } = options
  if (place === undefined || (folder ?? name ?? key) === undefined) return
  throw new TypeError(`"place" of ${owner} chooses the folder and the name. Leave "folder", "name" and "key" out.`)
}

/**
 * The place of one file.
 *
 * @throws {TypeError} unless `place` returns an object with a folder, a name, both or neither. The id of an absent user
 *   must not open the root, so `undefined` is not a folder. If a folder is not safe, the set says so.
 */
export function placementOf({ place, ...placement }: InputPlacement, file: InputPlaceRequest): Placement {
  if (place === undefined) return placement
  const owner = `the result of "place" for ${JSON.stringify(file.field)}`
  // A function without types may return anything.
  const result: unknown = place(file)
  if (isThenable(result)) {
    // A failure that no promise takes would end the process.
    result.then(ignore, ignore)
    throw new TypeError(`${owner} is a promise. Look facts up before the form is received, and return an object.`)
  }
  checkPlace(owner, result)
  return result
}

function ignore(): void {}

const PLACE_KINDS: OptionKinds<InputPlace> = { folder: OPTION_KINDS.text, name: OPTION_KINDS.text }

function checkPlace(owner: string, result: unknown): asserts result is InputPlace {
  checkOptions(owner, result, PLACE_KINDS)
  const members = typeof result === 'object' && result !== null ? { ...result } : {}
  for (const [option, value] of Object.entries<unknown>(members)) {
    if (value !== undefined && value !== '') continue
    throw new TypeError(`"${option}" in ${owner} is ${tellValue(value)}. Leave it out if you mean the root of the set.`)
  }
}
