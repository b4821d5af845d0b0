import type { Incoming } from './incoming.ts'

/** Browsers send at least one of them with a form: `Origin` (Fetch section 3.1), or fetch metadata. */
const SENT_BY_BROWSERS = ['origin', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest', 'sec-fetch-user']

/** True if a browser seems to have sent the request. Any client can send these headers, so no guard may rely on it. */
export function isFromBrowser(incoming: Pick<Incoming, 'header'>): boolean {
  return SENT_BY_BROWSERS.some((name) => incoming.header(name) !== undefined)
}
