import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/**
 * Refuses what another site makes a browser send: without a token, by what the browser itself says of a request's
 * origin. A client that is no browser says nothing and is let through, having no user's cookies to abuse.
 *
 * @throws {UploadError} `cross-site`.
 */
export function checkSite(incoming: Incoming, origins: readonly string[]): void {
  if (SAFE_METHODS.includes(incoming.method)) return
  const origin = incoming.header('origin')
  if (origin !== undefined && origins.includes(origin)) return
  const site = incoming.header('sec-fetch-site')
  if (site === 'same-origin' || site === 'none') return
  // Browsers without Sec-Fetch-Site, as all are on plain http: the origin has to be the host that was asked.
  if (site === undefined && (origin === undefined || isOriginOf(origin, incoming.header('host')))) return
  throw new UploadError('cross-site', { origin: origin ?? 'another site' })
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

/** The scheme is not compared, since a proxy may have changed it; nobody is at home in `null` and `file://`. */
function isOriginOf(origin: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(origin)) return false
  const { protocol, host: ownHost } = new URL(origin)
  const asked = `${protocol}//${host}`
  return ownHost !== '' && URL.canParse(asked) && new URL(asked).host === ownHost
}
