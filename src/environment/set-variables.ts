/** The environment, as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The names of the variables of one set. */
export interface SetVariables {
  /** What they begin with: `UPLOADED_PHOTOS_`. */
  readonly prefix: string
  readonly folder: string
  readonly url: string
  readonly allow: string
  readonly deny: string
}

/** Flask-Uploads' names for a set; what a shell takes for no letter of a variable is `_`. */
export function toSetVariables(set: string): SetVariables {
  const prefix = `UPLOADED_${set.toUpperCase().replaceAll('-', '_')}_`
  return { prefix, folder: `${prefix}DEST`, url: `${prefix}URL`, allow: `${prefix}ALLOW`, deny: `${prefix}DENY` }
}

/**
 * The value of a variable without the spaces around it; `undefined` where it is not set.
 *
 * @throws {TypeError} where it is empty, which is nothing that could be meant: the empty path is the current folder.
 */
export function readVariable(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim()
  if (value === '') throw new TypeError(`${name} is empty: give it a value, or leave it out.`)
  return value
}

/**
 * A variable that has a URL, or a path from the root of the site.
 *
 * @throws {TypeError} for anything else.
 */
export function readUrl(environment: Environment, name: string): string | undefined {
  const value = readVariable(environment, name)
  if (value === undefined || value.startsWith('/') || isWebUrl(value)) return value
  throw new TypeError(
    `${name} is ${JSON.stringify(value)}: write https://files.example/photos, or a path such as /photos.`,
  )
}

function isWebUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text)
}

/**
 * Finds what was misspelt: a variable of this set that means nothing.
 *
 * @throws {TypeError} that lists those that do.
 */
export function checkVariables(environment: Environment, prefix: string, known: readonly string[]): void {
  for (const [name, value] of Object.entries(environment)) {
    // With another `_`, it may be the variable of another set, whose name only begins alike.
    const isOwn = name.startsWith(prefix) && !name.slice(prefix.length).includes('_')
    if (value !== undefined && isOwn && !known.includes(name)) {
      throw new TypeError(`${name} is not known: there are ${known.join(', ')}.`)
    }
  }
}
