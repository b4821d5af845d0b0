import type { Proof } from './proof.ts'

/**
 * The beginnings of HTML in the MIME Sniffing Standard (section 7.1), each with white space or `>` after it.
 */
const HTML = /^<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|br?|body|p|!--)[\t\n\f\r >]/i

const XML_DECLARATION = /^<\?xml[\t\n\f\r ?]/

/** The tag that everything else stands in: XML names may have a prefix. */
const ROOT = /^<(?:[\w.-]+:)?(svg|html)(?=[\s/>]|$)/i

/** A tag that has begun without its whole name, or nothing. */
const NO_ROOT = /^(?:<[^\s/>]*)?$/

const SVG: Proof = { type: 'image/svg+xml' }
const XML: Proof = { type: 'application/xml' }
const PAGE: Proof = { type: 'text/html' }

/**
 * The type of a text that begins, after white space, with markup that browsers or servers act upon. It is `text/html`,
 * `application/xhtml+xml`, `image/svg+xml`, `application/xml` for other XML, or `application/x-httpd-php`; `undefined`
 * for other text. The proof is open if the text goes on (`isWhole` is false) and has not come to its first tag.
 */
export function markupType(text: string, isWhole: boolean): Proof | undefined {
  const markup = text.replace(/^[\s\ufeff]+/, '')
  if (/^<\?(?:php(?:\s|$)|=)/i.test(markup)) return { type: 'application/x-httpd-php' }
  if (/^<!doctype html/i.test(markup) && HTML.test(markup)) return PAGE
  const isXml = XML_DECLARATION.test(markup)
  const content = afterProlog(markup)
  const root = ROOT.exec(content)?.[1]?.toLowerCase()
  if (root === 'svg') return SVG
  const hasProlog = content.length < markup.length
  const isOpen = hasProlog && !isWhole && NO_ROOT.test(content)
  if (isXml) return root === 'html' ? { type: 'application/xhtml+xml' } : { ...XML, isOpen }
  if (markup.startsWith('<!--')) {
    // A browser takes a text that begins with a comment for HTML.
    return !isOpen && /^<[\w.-]/.test(content) && !HTML.test(content) ? XML : { ...PAGE, isOpen }
  }
  if (/^<!doctype\s/i.test(markup)) return { ...XML, isOpen }
  return HTML.test(markup) ? PAGE : undefined
}

/**
 * The text after comments, processing instructions and the document type (XML 1.0, section 2.8); '' if they do not end.
 */
function afterProlog(markup: string): string {
  let at = 0
  for (;;) {
    const end = endOfProlog(markup, at)
    if (end === at) return markup.slice(at)
    at = end
    while (/\s/.test(markup.charAt(at))) at++
  }
}

function endOfProlog(markup: string, at: number): number {
  if (markup.startsWith('<!--', at)) return endOf(markup, '-->', at + 4)
  if (markup.startsWith('<?', at)) return endOf(markup, '?>', at + 2)
  if (!/^<!doctype/i.test(markup.slice(at, at + 9))) return at
  const bracket = markup.indexOf('[', at)
  const close = markup.indexOf('>', at)
  // Within [ ... ] stand declarations with `>` of their own.
  return bracket === -1 || close < bracket ? endOf(markup, '>', at) : endOf(markup, '>', endOf(markup, ']', bracket))
}

/** The index after the first `what`; the text's end if there is none. */
function endOf(text: string, what: string, from: number): number {
  const index = text.indexOf(what, from)
  return index === -1 ? text.length : index + what.length
}
