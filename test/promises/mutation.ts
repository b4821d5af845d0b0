/**
 * A test by its file and its title as it stands in the source, after that of its group and ` > ` where it is not the only one of
 * that title; placeholders such as `%s` and `${name}` stand for anything.
 */
export type NamedTest = readonly [file: string, title: string]

/** A guard taken away: the change to the sources that removes it, and the tests that must notice. */
export interface Mutation {
  /** What the guard does, as the rest of a sentence that could begin with "Decant". */
  readonly guard: string
  /** The source that is changed, from the root of the repository. */
  readonly file: string
  /** The text to replace; it stands exactly once in the file. */
  readonly find: string
  /** What stands there instead. It must compile: a test that cannot be loaded proves nothing. */
  readonly replace: string
  /** Each of them has to fail. */
  readonly tests: readonly NamedTest[]
}

/** A promise of docs/promises.md, and what holds it up. */
export interface GuardedPromise {
  /** The heading of its section. */
  readonly heading: string
  readonly mutations: readonly Mutation[]
}

/**
 * The source without the guard.
 *
 * @throws {Error} where the text to replace does not stand exactly once in it.
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

/** Stands between the title of a group and those in it. */
export const GROUP: string = ' > '

/** A pattern for the full name of a test, its groups included, as vitest's reports and its option `-t` have it. */
export function titlePattern(title: string): RegExp {
  // The one parts groups by a space, the other as we do.
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
