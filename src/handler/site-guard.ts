import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/**
 * Refuses what another site makes a browser send: without a token, by what the browser itself says of a request's
 * origin. A client that is no browser says nothing and is let through, having no user's cookies to abuse.
 *
 * @throws {UploadError} `cross-site`.
 */
export function checkSite({ method, header }: Incoming, origins: readonly string[]): void {
  if (SAFE_METHODS.includes(method)) return
  const origin = header('origin')
  if (origin !== undefined && origins.includes(origin)) return
  const site = header('sec-fetch-site')
  if (site === 'same-origin' || site === 'none') return
  // Browsers without Sec-Fetch-Site: the origin has to be the host that was asked. A proxy may have changed the scheme.
  if (site === undefined && (origin === undefined || hostOf(origin) === header('host')?.toLowerCase())) return
  throw new UploadError('cross-site', { origin: origin ?? 'another site' })
}

/**
 * Refuses names under which the server is not known: a name of an attacker's that was made to lead here (DNS rebinding)
 * would put his page into the server's own origin.
 *
 * @param hosts names without ports; `undefined` takes every one
 * @throws {UploadError} `unknown-host`.
 */
export function checkHost({ header }: Incoming, hosts: readonly string[] | undefined): void {
  if (hosts === undefined) return
  const host = header('host') ?? ''
  const name = host.replace(/:\d*$/, '').toLowerCase()
  if (!hosts.includes(name)) throw new UploadError('unknown-host', { host })
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
