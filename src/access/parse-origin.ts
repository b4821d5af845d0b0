/** An origin of an app or an extension, such as `capacitor://localhost`. */
const APP_ORIGIN = /^([a-z][a-z\d+.-]*):\/\/(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

/** Schemes for which the URL Standard defines the origin, or says that there is none (section 4.7). */
const COMMON_SCHEMES: readonly string[] = [
  'http',
  'https',
  'ws',
  'wss',
  'ftp',
  'file',
  'blob',
  'data',
  'about',
  'javascript',
]

/**
 * An origin as browsers write it into the header of this name.
 *
 * @throws {TypeError} for anything else: a URL with a path, a pattern, and `null`, which is the origin of any sandbox
 */
export function parseOrigin(text: string): string {
  const [, scheme] = APP_ORIGIN.exec(text) ?? []
  if (scheme !== undefined) {
    const isCommon = COMMON_SCHEMES.includes(scheme.toLowerCase())
    if (!isCommon || (URL.canParse(text) && new URL(text).origin === text)) return text
  }
  throw new TypeError(
    `${JSON.stringify(text)} is not a valid origin. ` +
      'Write "https://app.example" or "capacitor://localhost", without a path.',
  )
}
