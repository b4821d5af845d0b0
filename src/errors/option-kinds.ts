import { isLimit } from './limit.ts'

/** The values that an option takes: a phrase for a sentence, and a test. */
export interface OptionKind {
  readonly says: string
  takes(value: unknown): boolean
  /** The value in a sentence. Default `tellValue`. */
  readonly tells?: (value: unknown) => string
}

/** The kind of each option of a function. The type makes sure that no option is forgotten. */
export type OptionKinds<Options> = { readonly [Name in keyof Options]-?: OptionKind }

/** The kinds that most options have. */
export const OPTION_KINDS: Readonly<
  Record<'flag' | 'text' | 'texts' | 'call' | 'calls' | 'size' | 'object' | 'signal' | 'own', OptionKind>
> = {
  flag: { says: 'true or false', takes: (value) => typeof value === 'boolean' },
  text: { says: 'a string', takes: isText },
  texts: { says: 'an array of strings', takes: (value) => Array.isArray(value) && value.every(isText) },
  call: { says: 'a function', takes: isFunction },
  calls: { says: 'an array of functions', takes: (value) => Array.isArray(value) && value.every(isFunction) },
  size: { says: 'a number of at least 0', takes: isLimit },
  object: { says: 'an object', takes: (value) => typeof value === 'object' && value !== null },
  signal: { says: 'an AbortSignal', takes: isSignal },
  /** The function itself reports its faults. */
  own: { says: '', takes: () => true },
}

/** One of a few words. */
export function oneOf(...words: readonly string[]): OptionKind {
  const quoted = words.map((word) => JSON.stringify(word))
  const says = [quoted.slice(0, -1).join(', '), ...quoted.slice(-1)].filter((part) => part !== '').join(' or ')
  return { says, takes: (value) => words.some((word) => word === value) }
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

/** By its shape: a runtime or a test may have a class of its own. */
function isSignal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'throwIfAborted' in value
}
