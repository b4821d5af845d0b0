/** What the MIME Sniffing Standard takes for HTML when it comes first (section 7.1), each with white space or `>` after it. */
const HTML = /^<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|br?|body|p|!--)[\t\n\f\r >]/i

const XML_DECLARATION = /^<\?xml[\t\n\f\r ?]/

/** The tag that everything else stands in: XML names may have a prefix. */
const ROOT = /^<(?:[\w.-]+:)?(svg|html)(?=[\s/>]|$)/i

/**
 * The type of what begins, after white space, with markup that browsers or servers act upon: `text/html`,
 * `application/xhtml+xml`, `image/svg+xml`, other XML as `application/xml`, and PHP as `application/x-httpd-php`; `undefined`
 * for everything else. Where the text ends before the first tag, the way it begins decides.
 */
export function markupType(text: string): string | undefined {
  const markup = text.replace(/^[\s\ufeff]+/, '')
  if (/^<\?(?:php(?:\s|$)|=)/i.test(markup)) return 'application/x-httpd-php'
  const isXml = XML_DECLARATION.test(markup)
  const root = ROOT.exec(afterProlog(markup))?.[1]?.toLowerCase()
  if (root === 'svg' && !/^<!doctype html/i.test(markup)) return 'image/svg+xml'
  if (isXml) return root === 'html' ? 'application/xhtml+xml' : 'application/xml'
  // A comment needs nothing after it: `<!--x-->` begins HTML as well.
  return HTML.test(markup) || markup.startsWith('<!--') ? 'text/html' : undefined
}

/** What follows comments, processing instructions and the document type (XML 1.0, section 2.8); '' where they do not end. */
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

/** The index after the first `what`; the text's end where there is none. */
function endOf(text: string, what: string, from: number): number {
  const index = text.indexOf(what, from)
  return index === -1 ? text.length : index + what.length
}
