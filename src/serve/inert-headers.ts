import { isActive } from '../media/active-type.ts'

/** The sites that may load a file into their pages, as in the header of this name (Fetch Standard, section 3.7). */
export type CrossOriginResourcePolicy = 'same-origin' | 'same-site' | 'cross-origin'

/**
 * The headers that keep a stranger's file of any type from acting in the name of the site:
 *
 * - `nosniff`: the browser uses the declared type. So text does not become HTML, and an image does not become a script.
 * - A sandbox without scripts, forms and the site's origin. It loads nothing from other URLs.
 * - Other sites may not embed the file, unless the policy says so.
 * - Links in the file do not send its URL to other sites, since the URL may be the only secret of a file.
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
  // The browser's own page around a picture uses inline styles.
  if (type.startsWith('image/')) return `${SANDBOX}; style-src 'unsafe-inline'`
  // The browser's own page around a video fetches the video a second time. The sandbox's opaque origin forbids that.
  // The page is the browser's, never the file's, and still runs no script.
  if (/^(?:audio|video)\//.test(type)) {
    return "sandbox allow-same-origin; default-src 'none'; media-src 'self'; style-src 'unsafe-inline'"
  }
  return SANDBOX
}
