/** The environment, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The names of the variables of one set. */
export interface SetVariables {
  /** Their common beginning: `UPLOADED_PHOTOS_`. */
  readonly prefix: string
  readonly folder: string
  readonly url: string
  readonly allow: string
  readonly deny: string
}

/** Flask-Uploads' names for a set. A character that a shell does not allow in a variable becomes `_`. */
export function toSetVariables(set: string): SetVariables {
  const prefix = `UPLOADED_${set.toUpperCase().replaceAll('-', '_')}_`
  return { prefix, folder: `${prefix}DEST`, url: `${prefix}URL`, allow: `${prefix}ALLOW`, deny: `${prefix}DENY` }
}

/**
 * The value of a variable without the spaces around it; `undefined` if it is not set.
 *
 * @throws {TypeError} if it is empty: the empty path would be the current folder, which is hardly meant.
 */
export function readVariable(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim()
  if (value === '') throw new TypeError(`${name} is empty: give it a value, or leave it out.`)
  return value
}

/**
 * A variable with a URL, or with a path from the root of the site.
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
 * Finds misspelt variables: those of this set that have no meaning.
 *
 * @throws {TypeError} that lists the known ones.
 */
export function checkVariables(environment: Environment, prefix: string, known: readonly string[]): void {
  for (const [name, value] of Object.entries(environment)) {
    // With another `_`, it may be the variable of another set whose name only begins alike.
    const isOwn = name.startsWith(prefix) && !name.slice(prefix.length).includes('_')
    if (value !== undefined && isOwn && !known.includes(name)) {
      throw new TypeError(`${name} is not a known variable. Write one of ${known.join(', ')}.`)
    }
  }
}
