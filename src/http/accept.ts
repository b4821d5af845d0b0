import { toParameters } from './parameters.ts'

/**
 * True when the client names `text/html` in its Accept (RFC 9110 section 12.5.1) and does not like JSON better: a browser
 * that navigates does, while a bare wildcard, the default of programs, does not.
 */
export function prefersHtml(accept: string | undefined): boolean {
  const html = quality(accept, 'text/html')
  return html > 0 && html >= quality(accept, 'application/json')
}

function quality(accept: string | undefined, wanted: string): number {
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';')
    if (type.trim().toLowerCase() !== wanted) continue
    const q = toParameters(parameters.length === 0 ? '' : `;${parameters.join(';')}`)?.get('q')
    return q === undefined ? 1 : Number(q) || 0
  }
  return 0
}
