import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import { isFromOrigin } from './cors.ts'

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/**
 * Refuses what another site makes a browser send: without a token, by what the browser itself says of a request's
 * origin. A client that is no browser says nothing and is let through, having no user's cookies to abuse.
 *
 * @throws {UploadError} `cross-site`.
 */
export function checkSite(incoming: Incoming, origins: readonly string[]): void {
  if (SAFE_METHODS.includes(incoming.method)) return
  if (isFromOrigin(incoming, origins)) return
  const origin = incoming.header('origin')
  const site = incoming.header('sec-fetch-site')
  if (site === 'same-origin' || site === 'none') return
  // Browsers without Sec-Fetch-Site, as all are on plain http: the origin has to be the host that was asked.
  if (site === undefined && (origin === undefined || isOwnOrigin(origin, incoming))) return
  throw new UploadError('cross-site', { origin: origin ?? 'another site', ...hintFor(origin, site) })
}

/** Tells the operator of a proxy, or the author of the page, how to correct it. */
function hintFor(origin: string | undefined, site: string | undefined): { hint?: string } {
  if (origin === 'null') {
    const hint = 'The page has no origin: it is in a sandbox, is a local file, or has "Referrer-Policy: no-referrer".'
    return { hint }
  }
  if (site !== undefined) return {}
  const hint =
    'If a proxy stands in front of this server, it has to say which host was asked: let it set X-Forwarded-Host, ' +
    'and list its address in "trustProxy" (--trust-proxy). ' +
    'If the page is on another site, add its origin to "origins" (--origins).'
  return { hint }
}

/**
 * Refuses names under which the server is not known: a name of an attacker's that was made to lead here (DNS rebinding)
 * would put his page into the server's own origin.
 *
 * @param hosts lower-case names without ports, IPv6 addresses in brackets; `undefined` takes every one
 * @throws {UploadError} `unknown-host`.
 */
export function checkHost(incoming: Incoming, hosts: readonly string[] | undefined): void {
  if (hosts === undefined) return
  const host = incoming.header('host') ?? ''
  const name = host.replace(/:\d*$/, '').toLowerCase()
  if (!hosts.includes(name)) throw new UploadError('unknown-host', { host })
}

/**
 * True for the origin of the server's own pages. A proxy may have changed the scheme, so it is not compared. It has to
 * be http or https: this server has no other pages, and none in `null` or `file://`.
 */
function isOwnOrigin(origin: string, { header, isPortKnown }: Incoming): boolean {
  const host = header('host')
  if (host === undefined || host === '' || !URL.canParse(origin)) return false
  const page = new URL(origin)
  if (page.protocol !== 'http:' && page.protocol !== 'https:') return false
  const asked = `${page.protocol}//${host}`
  if (!URL.canParse(asked)) return false
  const own = new URL(asked)
  return isPortKnown ? own.host === page.host : own.hostname === page.hostname
}
