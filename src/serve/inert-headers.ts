import { isActive } from '../media/active-type.ts'

/** Which sites may load a file into their pages, as in the header of this name (Fetch Standard, section 3.7). */
export type CrossOriginResourcePolicy = 'same-origin' | 'same-site' | 'cross-origin'

/**
 * The headers that keep a stranger's file from acting in the name of the site, whatever its type:
 *
 * - `nosniff`: the type is what we say, so no text becomes HTML and no image a script.
 * - a sandbox without scripts, forms and the site's origin, in which nothing is loaded from anywhere.
 * - no other site may embed the file, unless it is told so.
 * - links in it do not send its URL to other sites, since the URL may be the only secret of a file.
 *
 * @param type `type/subtype` in lower case
 */
export function inertHeaders(type: string, policy: CrossOriginResourcePolicy): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    'content-security-policy': contentSecurityPolicy(type),
    'cross-origin-resource-policy': policy,
    'referrer-policy': 'no-referrer',
  }
}

const SANDBOX = "sandbox; default-src 'none'"

function contentSecurityPolicy(type: string): string {
  if (isActive(type)) return SANDBOX
  // The browser's own page around a picture is laid out by inline styles.
  if (type.startsWith('image/')) return `${SANDBOX}; style-src 'unsafe-inline'`
  // The browser's own page around a video fetches it a second time, which it may not from the sandbox's opaque origin.
  // The page is the browser's, never the file's, and still runs no script.
  if (/^(?:audio|video)\//.test(type)) {
    return "sandbox allow-same-origin; default-src 'none'; media-src 'self'; style-src 'unsafe-inline'"
  }
  return SANDBOX
}
