import { toParameters } from './parameters.ts'

/** `type/subtype; name=value` (RFC 9110 section 8.3.1). */
export interface MediaType {
  /** `type/subtype`, lower-case. */
  readonly essence: string
  /** Values by lower-case name. */
  readonly parameters: ReadonlyMap<string, string>
}

const ESSENCE = /^[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+\/[!#$%&'*+\-.^_`|~0-9A-Za-z]+)/

/** The last that was read: one request asks for its type, and for that of each of its files, several times in a row. */
let last: { readonly text: string; readonly mediaType: MediaType | undefined } = { text: '', mediaType: undefined }

/** Reads a Content-Type. `undefined` where it is none, or names a parameter twice. */
export function toMediaType(text: string): MediaType | undefined {
  if (text !== last.text) last = { text, mediaType: parse(text) }
  return last.mediaType
}

function parse(text: string): MediaType | undefined {
  const match = ESSENCE.exec(text)
  const essence = match?.[1]
  if (match === null || essence === undefined) return undefined
  const parameters = toParameters(text, match[0].length, { allowsSpace: true })
  return parameters === undefined ? undefined : { essence: essence.toLowerCase(), parameters }
}
