/** The names in an option, separated by commas; undefined if it is not given, which means all. */
export type Choice = readonly string[] | undefined

/**
 * Reads such an option.
 *
 * @throws {TypeError} for a name that there is not.
 */
export function parseChoice(option: string, text: string | undefined, known: readonly string[]): Choice {
  const names = text?.split(',')
  const unknown = names?.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new TypeError(`--${option}: there is no ${unknown}, but ${[...new Set(known)].join(', ')}.`)
  }
  return names
}

export function chosen<Item extends { readonly name: string }>(items: readonly Item[], choice: Choice): Item[] {
  return items.filter(({ name }) => choice?.includes(name) ?? true)
}
