/**
 * A test by its file and its title as in the source. If several tests have that title, the title of the group and ` > `
 * come first. Placeholders such as `%s` and `${name}` match any text.
 */
export type NamedTest = readonly [file: string, title: string]

/** The change to the sources that removes a guard, and the tests that must fail. */
export interface Mutation {
  /** The effect of the guard, as the rest of a sentence that begins with "Decant". docs/guards.md shows it. */
  readonly guard: string
  /** The source that is changed, from the root of the repository. */
  readonly file: string
  /** The text to replace. It occurs exactly once in the file. */
  readonly find: string
  /** The new text. It must compile: a test that cannot be loaded proves nothing. */
  readonly replace: string
  /** Each of them has to fail. */
  readonly tests: readonly NamedTest[]
}

/** A promise of docs/promises.md, and the guards that keep it. */
export interface GuardedPromise {
  /** The heading of its section. */
  readonly heading: string
  readonly mutations: readonly Mutation[]
}

/**
 * The source without the guard.
 *
 * @throws {Error} if the text to replace does not occur exactly once in it.
 */
export function mutate(source: string, { guard, file, find, replace }: Mutation): string {
  const [before = '', ...others] = source.split(find)
  const [after] = others
  if (after !== undefined && others.length === 1) return before + replace + after
  throw new Error(
    `The text of the mutation "${guard}" stands ${others.length} times in ${file}, not once. ` +
      `Its code was edited: update the mutation in test/promises/mutations.`,
  )
}

/** The text between the title of a group and the titles in it. */
export const GROUP: string = ' > '

/** A pattern for the full name of a test, its groups included, as vitest's reports and its option `-t` have it. */
export function titlePattern(title: string): RegExp {
  // Reports and `-t` separate groups in two ways: by a space, and by ` > `.
  const groups = title.split(GROUP).map((each) => toLiterals(each).map(escaped).join('.*'))
  return new RegExp(`(?:^|\\s)${groups.join('(?: >)? ')}$`, 's')
}

/** The texts between the placeholders of a title. */
export function toLiterals(title: string): string[] {
  return title.split(/%(?:\.?\d*[sdifjoOc#$])|\$\{[^}]*\}|\$\w+/)
}

function escaped(text: string): string {
  return text.replaceAll(/[^\w\s]/g, String.raw`\$&`)
}
