import { toParameters } from './parameters.ts'

/** `type/subtype; name=value` (RFC 9110 section 8.3.1). */
export interface MediaType {
  /** `type/subtype`, lower-case. */
  readonly essence: string
  /** Values by lower-case name. */
  readonly parameters: ReadonlyMap<string, string>
}

const ESSENCE = /^[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+\/[!#$%&'*+\-.^_`|~0-9A-Za-z]+)/

/** Parses a media type. `undefined` if it is not valid, or if it names a parameter twice. */
export function toMediaType(text: string): MediaType | undefined {
  const match = ESSENCE.exec(text)
  const essence = match?.[1]
  if (match === null || essence === undefined) return undefined
  const parameters = toParameters(text, match[0].length, { allowsSpace: true })
  return parameters === undefined ? undefined : { essence: essence.toLowerCase(), parameters }
}

/** The `type/subtype` at the beginning of a text, in lower case. The rest of the text is ignored. */
export function leadingEssence(text: string): string | undefined {
  return ESSENCE.exec(text)?.[1]?.toLowerCase()
}
