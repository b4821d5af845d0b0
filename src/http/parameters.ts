/** A token (RFC 9110 section 5.6.2). The pattern is sticky, so that it is tried at one place only. */
const NAME = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y

/**
 * More than a token: clients also leave `=` and `/` unquoted, for example in a boundary. Characters that could be read
 * in two ways are not allowed. These are quotes, backslashes, and the comma that joins two headers of one name (RFC
 * 9110 section 5.3).
 */
const UNQUOTED = /[!#-+\--:<-[\]-~]+/y

/** A quoted string (RFC 9110 section 5.6.4). A quoted pair is a backslash before any character. */
const QUOTED = /"((?:[\t !#-[\]-~\u0080-\uffff]|\\[\t -~\u0080-\uffff])*)"/y

interface ParameterOptions {
  /** Takes spaces around `=`, which RFC 9110 section 5.6.6 does not allow and some clients write. Default false. */
  readonly allowsSpace?: boolean
}

/**
 * Reads parameters, `; name=value; name="quoted value"` (RFC 9110 section 5.6.6), from `start` (default 0) to the end.
 * Names come back in lower case. `undefined` if the text is not such a list. Also if a name comes twice, since another
 * reader might choose the other value.
 */
export function toParameters(
  text: string,
  start = 0,
  { allowsSpace = false }: ParameterOptions = {},
): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>()
  let at = start
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const match = pattern.exec(text) ?? undefined
    if (match !== undefined) at = pattern.lastIndex
    return match
  }
  for (;;) {
    at = skipSpace(text, at)
    if (at === text.length) return parameters
    if (text[at] !== ';') return undefined
    at = skipSpace(text, at + 1)
    // An empty parameter, as after a trailing semicolon, is allowed.
    if (at === text.length || text[at] === ';') continue
    const name = take(NAME)?.[0].toLowerCase()
    if (allowsSpace) at = skipSpace(text, at)
    if (name === undefined || text[at] !== '=' || parameters.has(name)) return undefined
    at += 1
    if (allowsSpace) at = skipSpace(text, at)
    const value = take(QUOTED)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? take(UNQUOTED)?.[0]
    if (value === undefined) return undefined
    parameters.set(name, value)
  }
}

/** The first place from `start` on that is neither a space nor a tab (OWS, RFC 9110 section 5.6.3). */
function skipSpace(text: string, start: number): number {
  let at = start
  while (text[at] === ' ' || text[at] === '\t') at += 1
  return at
}
