import type { Incoming } from './incoming.ts'
import { toParameters } from './parameters.ts'

/**
 * True if a person looks at the answer. A browser says so (Fetch Metadata): `Sec-Fetch-Mode` is `navigate`, and has
 * other values for requests of scripts. Without that header, Accept has to name `text/html` (RFC 9110 section 12.5.1),
 * with no lower quality than JSON. A bare wildcard, the default of programs, is not enough.
 */
export function prefersHtml(header: Incoming['header']): boolean {
  const mode = header('sec-fetch-mode')
  if (mode !== undefined) return mode.trim() === 'navigate'
  const ranges = toRanges(header('accept') ?? '')
  const html = ranges.get('text/html') ?? 0
  return html > 0 && html >= (ranges.get('application/json') ?? 0) && !isJavaDefault(ranges)
}

/**
 * By default, HttpURLConnection of Java accepts `text/html, image/gif, image/jpeg, *; q=.2` and any type.
 * Browsers that name types of images name `application/xhtml+xml`, too.
 */
function isJavaDefault(ranges: ReadonlyMap<string, number>): boolean {
  const namesImage = [...ranges.keys()].some((type) => type.startsWith('image/') && type !== 'image/*')
  return namesImage && !ranges.has('application/xhtml+xml')
}

/** The qualities in an Accept, by the lower-case names of types and ranges. If a name comes twice, the first counts. */
function toRanges(accept: string): ReadonlyMap<string, number> {
  const ranges = new Map<string, number>()
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';')
    const name = type.trim().toLowerCase()
    if (!ranges.has(name)) ranges.set(name, toQuality(parameters))
  }
  return ranges
}

function toQuality(parameters: readonly string[]): number {
  const q = toParameters(parameters.length === 0 ? '' : `;${parameters.join(';')}`)?.get('q')
  return q === undefined ? 1 : Number(q) || 0
}
