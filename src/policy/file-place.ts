import { checkOptions } from '../errors/check-options.ts'
import { OPTION_KINDS } from '../errors/option-kinds.ts'
import type { OptionKinds } from '../errors/option-kinds.ts'
import { tellValue } from '../errors/tell-value.ts'

/** The place that a function chooses for a file. An absent member has its default; `undefined` is a TypeError. */
export interface FilePlace {
  /** Default: the root of the set, or the scope of the client. */
  readonly folder?: string
  /** Default: the client's name, by the rule of the set. */
  readonly name?: string
}

const PLACE_KINDS: OptionKinds<FilePlace> = { folder: OPTION_KINDS.text, name: OPTION_KINDS.text }

/**
 * Checks the result of a function without types. The id of an absent user must not open the root, so `undefined` is not
 * a folder. If a folder is not safe, the set says so.
 *
 * @param owner the result, for the error
 * @throws {TypeError} unless it is an object with a folder, a name, both or neither.
 */
export function checkFilePlace(owner: string, result: unknown): asserts result is FilePlace {
  checkOptions(owner, result, PLACE_KINDS)
  const members = typeof result === 'object' && result !== null ? { ...result } : {}
  for (const [option, value] of Object.entries<unknown>(members)) {
    if (value !== undefined && value !== '') continue
    throw new TypeError(
      `"${option}" in ${owner} is ${tellValue(value)}. Leave it out if you mean the default. For the folder of an id, ` +
        'use folderOf(id).',
    )
  }
}
