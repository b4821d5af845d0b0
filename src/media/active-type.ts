import { OCTET_STREAM } from './type-by-name.ts'

/**
 * Types of scripts for `<script>`, an import or a service worker: the MIME Sniffing Standard's names, and WebAssembly.
 */
const SCRIPT =
  /^(?:(?:application|text)\/(?:x-)?(?:java|ecma)script|text\/(?:javascript1\.[0-5]|jscript|livescript|vbscript)|application\/wasm)$/

/**
 * Types that a browser renders, or once rendered, as a document with scripts, or gave to a plugin with the site's
 * permissions.
 */
const DOCUMENTS: ReadonlySet<string> = new Set([
  'application/hta',
  'application/java-archive',
  'application/x-java-applet',
  'application/x-mimearchive',
  'application/x-shockwave-flash',
  'application/x-silverlight-app',
  'image/svg',
  'message/rfc822',
  'text/cache-manifest',
  'text/html',
  'text/x-component',
  'text/x-scriptlet',
])

/** RFC 7303 and its aliases, and other types that browsers take for XML. */
const XML = /^(?:(?:application|text)\/(?:xml(?:-.*)?|xsl)|.*\+xml)$/

/**
 * True for types that could run a script in the site's origin when they are opened. They are HTML and all XML, since a
 * script element in the XHTML or SVG namespace runs in any of it. MHTML and `multipart/x-mixed-replace` carry HTML. The
 * types of former plugins and of scripts themselves count, too. `type` is `type/subtype` in lower case.
 *
 * CSS is not active: opened, it is text. PDF is not active either: browsers keep its scripts apart from the site.
 */
export function isActive(type: string): boolean {
  return DOCUMENTS.has(type) || XML.test(type) || type.startsWith('multipart/') || SCRIPT.test(type)
}

/**
 * The type to serve instead of an active one that another page of the site could load. A script becomes `text/plain`:
 * with `nosniff`, `<script>`, imports and service workers refuse that. Neither `attachment` nor a sandbox would stop
 * them. Every other type stays.
 */
export function inertType(type: string): string {
  if (type === 'application/wasm') return OCTET_STREAM
  return SCRIPT.test(type) ? 'text/plain' : type
}

/**
 * True for types that are safe to be shown in the browser: images but SVG, sound, video, plain text and PDF. They
 * cannot run a script in the site's origin. `type` is `type/subtype` in lower case.
 */
export function isInline(type: string): boolean {
  return (
    (/^(?:image|audio|video)\//.test(type) && !isActive(type)) || type === 'text/plain' || type === 'application/pdf'
  )
}

/**
 * The type with `; charset=utf-8` if that is right. Text has it, so that browsers do not guess. XML has not: it
 * declares its own charset and would be overruled (RFC 7303 section 3.2). Types outside `text/` define no such
 * parameter; JSON is UTF-8 anyway (RFC 8259 section 11).
 */
export function withCharset(type: string): string {
  return type.startsWith('text/') && !XML.test(type) ? `${type}; charset=utf-8` : type
}
