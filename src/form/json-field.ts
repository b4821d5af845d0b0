import type { StandardSchemaV1 } from '@standard-schema/spec'
import { tellValue } from '../errors/tell-value.ts'
import type { FormErrorDetails } from '../errors/upload-error-details.ts'

/** A field of JSON: its text is parsed, and its schema gets the value. */
export interface JsonField<Output = unknown> {
  /** No member of a group is a text, so this tells it from a group. */
  readonly kind: 'json'
  readonly schema: StandardSchemaV1<unknown, Output>
}

/**
 * A field of JSON, such as `new Blob([JSON.stringify(value)], { type: 'application/json' })` in a `FormData`. It may
 * come with a filename or without one, and also as a text. A field that is empty or was not sent is `undefined` to its
 * schema. The limits of a field hold for it (`maxFieldSize`), also if it has a filename.
 *
 * Parts of JSON are UTF-8, with a byte order mark or without one (RFC 8259 section 8.1).
 *
 * @example
 * ```ts
 * const post = uploadForm({ details: json(z.object({ tags: z.array(z.string()) })), cover: photos.one() })
 * ```
 * @throws {TypeError} for a value that is not a Standard Schema.
 */
export function json<Output>(schema: StandardSchemaV1<unknown, Output>): JsonField<Output> {
  const value: unknown = schema
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  if (isObject && '~standard' in value) return { kind: 'json', schema }
  throw new TypeError(
    `json needs the schema of its value (a Standard Schema, such as z.object({ ... })); got ${tellValue(schema)}.`,
  )
}

/** Deeper values could exhaust the stack of a recursive schema. */
const MAX_DEPTH = 100
/** Brackets, and the strings between which they count. */
const TOKEN = /"(?:[^"\\]+|\\.)*"|[[\]{}]/gs

/** The value of a text, or the reason why it has none. An empty text is a field that was not filled in. */
export function parseJson(
  text: string,
): { readonly value: unknown } | { readonly fault: FormErrorDetails['invalid-json'] } {
  if (text === '') return { value: undefined }
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    // A SyntaxError, whose message is another one in each engine.
    return { fault: {} }
  }
  return isDeeperThan(MAX_DEPTH, text) ? { fault: { limit: MAX_DEPTH } } : { value }
}

function isDeeperThan(limit: number, text: string): boolean {
  let depth = 0
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '[' || token === '{') depth += 1
    if (token === ']' || token === '}') depth -= 1
    if (depth > limit) return true
  }
  return false
}
