/**
 * Those that an option names, separated by commas; all of them where it is not given.
 *
 * @throws {TypeError} for a name that there is not.
 */
export function chosen<Item extends { readonly name: string }>(
  option: string,
  text: string | undefined,
  items: readonly Item[],
): Item[] {
  if (text === undefined) return [...items]
  const names = text.split(',')
  const unknown = names.find((name) => !items.some((item) => item.name === name))
  if (unknown !== undefined) {
    throw new TypeError(`--${option}: there is no ${unknown}, but ${items.map(({ name }) => name).join(', ')}.`)
  }
  return items.filter(({ name }) => names.includes(name))
}
