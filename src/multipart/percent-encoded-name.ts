import { fromPercentText } from './percent-text.ts'

/** Characters that decoding must not bring into a name: they make folders, or are invisible. */
const UNWANTED = /[\p{Cc}/\\]/u

/** How the known clients encode. They differ in the marks that they leave as they are. */
const ENCODERS: readonly ((name: string) => string)[] = [
  // React Native.
  encodeURIComponent,
  // `unreserved` of RFC 3986 section 2.3: aiohttp.
  (name) => encodeURIComponent(name).replaceAll(/[!'()*]/g, toPercent),
  // `attr-char` of RFC 8187 section 3.2.1: Apache HttpClient.
  (name) =>
    encodeURIComponent(name)
      .replaceAll(/['()*]/g, toPercent)
      .replaceAll(/%(?:23|24|26|2B|5E|60|7C)/g, decodeURIComponent),
]

/**
 * The name that a client has percent-encoded as a whole. `undefined` for a name that stands for itself. Such a name
 * decodes to controls, slashes or backslashes, or the known encoders would have written it in another way. All of them
 * write upper-case digits (RFC 3986 section 2.1), so `%c3` stands for itself. One pass: `%2525` is `%25`.
 */
export function fromPercentEncodedName(sent: string): string | undefined {
  if (!sent.includes('%')) return undefined
  const name = fromPercentText(sent, 'utf-8')
  if (name === undefined || UNWANTED.test(name)) return undefined
  return ENCODERS.some((encode) => encode(name) === sent) ? name : undefined
}

function toPercent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
