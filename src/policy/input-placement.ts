import { checkOptions } from '../errors/check-options.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKind, OptionKinds } from '../errors/option-kinds.ts'
import type { InputPlacement, InputPlaceRequest } from './file-input.ts'
import { checkFilePlace } from './file-place.ts'
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
 * @throws {TypeError} as `checkFilePlace`, and for a promise.
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
  checkFilePlace(owner, result)
  return result
}

function ignore(): void {}
