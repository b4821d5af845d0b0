import { UploadError } from '../errors/upload-error.ts'
import { forwardedFields } from '../http/forwarded-fields.ts'
import type { Incoming } from '../http/incoming.ts'
import { parseOrigin } from './parse-origin.ts'

/** Which pages of other sites may send requests. */
export interface SiteOptions {
  /**
   * Origins of other sites whose pages may send requests: `https://app.example`, `capacitor://localhost`. They are
   * compared as text. `'any'` lets the pages of every site in. Default: none. A request with `Authorization: Bearer` is
   * never refused, since no browser adds a token by itself.
   */
  readonly origins?: readonly string[] | 'any' | undefined
}

/** The rules that `checkSite` applies. */
export interface SiteRules {
  /** Compared as text. */
  readonly origins: readonly string[] | 'any'
  /** Whether pages on another port or another subdomain of this site are let in. */
  readonly acceptsSameSite: boolean
  /**
   * Whether `header('host')` is the host that the client asked. False if a proxy may have changed it. Then every host
   * that the request names counts, since a page of another site cannot write any of them.
   */
  readonly isHostKnown: boolean
}

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/**
 * The rules for a route that does not know its proxies.
 *
 * @throws {TypeError} for an origin that is not valid, and for text that is not `any`.
 */
export function toSiteRules({ origins = [] }: SiteOptions): SiteRules {
  return { origins: origins === 'any' ? 'any' : parseOrigins(origins), acceptsSameSite: true, isHostKnown: false }
}

/** @throws {TypeError} for an origin that is not valid, and for anything but a list. */
export function parseOrigins(origins: readonly string[]): readonly string[] {
  if (Array.isArray(origins)) return origins.map(parseOrigin)
  throw new TypeError(`origins must be a list such as ["https://app.example"], not ${JSON.stringify(origins)}.`)
}

/**
 * Refuses requests that another site made a browser send. It reads the headers that the browser itself writes. Other
 * clients do not write them and are let through: they have no cookies of a user that could be abused.
 *
 * @throws {UploadError} `cross-site`.
 */
export function checkSite(incoming: Incoming, rules: SiteRules): void {
  const { origins, acceptsSameSite } = rules
  if (SAFE_METHODS.includes(incoming.method)) return
  if (origins === 'any' || isFromOrigin(incoming, origins) || hasBearer(incoming)) return
  const origin = incoming.header('origin')
  const site = incoming.header('sec-fetch-site')
  if (site === 'same-origin' || site === 'none' || (site === 'same-site' && acceptsSameSite)) return
  // Old browsers, and all browsers on plain http beyond loopback: the origin has to be the host that was asked.
  if (site === undefined && (origin === undefined || isOwnOrigin(origin, incoming, rules))) return
  throw new UploadError('cross-site', { origin: origin ?? 'another site', ...hintFor(origin, site, rules) })
}

/**
 * True if the request says that it comes from one of these origins. `null` is never one of them: any sandbox has it.
 */
export function isFromOrigin(incoming: Incoming, origins: readonly string[]): boolean {
  const origin = incoming.header('origin')
  return origin !== undefined && origins.includes(origin)
}

/** A page of another site cannot know the token, and cannot set the header unless a preflight allows it. */
function hasBearer({ header }: Incoming): boolean {
  return /^bearer +[^\s,]/i.test(header('authorization') ?? '')
}

/** Tells the operator of a proxy, or the author of the page, how to correct it. */
function hintFor(origin: string | undefined, site: string | undefined, { isHostKnown }: SiteRules): { hint?: string } {
  if (origin === 'null') {
    const hint = 'The page has no origin: it is in a sandbox, is a local file, or has "Referrer-Policy: no-referrer".'
    return { hint }
  }
  if (site !== undefined) return {}
  return { hint: `If a proxy stands in front of this server, ${isHostKnown ? TRUSTED : UNKNOWN} ${LISTED}` }
}

const TRUSTED =
  'it has to say which host was asked: let it set X-Forwarded-Host, and list its address in "trustProxy" ' +
  '(--trust-proxy).'
const UNKNOWN = 'let it keep the Host that was asked, or set X-Forwarded-Host.'
const LISTED = 'If the page is on another site, add its origin to "origins" (--origins).'

/**
 * True for the origin of the server's own pages. A proxy may have changed the scheme, so it is not compared. It has to
 * be http or https: this server has no other pages, and none in `null` or `file://`.
 */
function isOwnOrigin(origin: string, { header, isPortKnown }: Incoming, { isHostKnown }: SiteRules): boolean {
  if (!URL.canParse(origin)) return false
  const page = new URL(origin)
  if (page.protocol !== 'http:' && page.protocol !== 'https:') return false
  const asked = toUrl(page.protocol, header('host'))
  if (asked === undefined) return false
  if (isHostKnown) return isPortKnown ? asked.host === page.host : asked.hostname === page.hostname
  const others = [forwardedFields('x-forwarded', header), forwardedFields('forwarded', header)]
  const named = others.flatMap((fields) => fields?.hosts ?? []).map((host) => toUrl(page.protocol, host))
  const known = [asked, ...named].filter((url) => url !== undefined)
  // Browsers send Sec-Fetch-Site to loopback. It is missing here, so a proxy on this machine has replaced the host, and
  // does not tell the one that was asked.
  if (known.every(({ hostname }) => LOOPBACK.test(hostname))) return true
  // Another port of this host is the same site.
  return known.some(({ hostname }) => hostname === page.hostname)
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

function toUrl(protocol: string, host: string | undefined): URL | undefined {
  if (host === undefined || host === '') return undefined
  const url = `${protocol}//${host}`
  return URL.canParse(url) ? new URL(url) : undefined
}
