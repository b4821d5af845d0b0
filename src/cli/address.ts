import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'

/** True if only this machine can connect. */
export function isLoopback(host: string): boolean {
  return /^localhost\.?$/i.test(host) || host.startsWith('127.') || host === '::1'
}

/**
 * The names that lead to a server on loopback. A Host header with another name was made to lead here (DNS rebinding).
 */
export function loopbackNames(host: string): readonly string[] {
  return [...new Set(['localhost', '127.0.0.1', '[::1]', bracketed(host.toLowerCase())])]
}

/** The URL for a browser of this machine. */
export function localUrl(host: string, port: number): string {
  if (host === '0.0.0.0') return toUrl('127.0.0.1', port)
  if (host === '::') return toUrl('::1', port)
  return toUrl(host, port)
}

/** The URLs for other machines of a server that listens on every address. For any other host there is one URL only. */
export function networkUrls(host: string, port: number): readonly string[] {
  if (host !== '0.0.0.0' && host !== '::') return []
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family, scopeid }) => !internal && (family === 'IPv4' || (host === '::' && !scopeid)))
    .map(({ address }) => toUrl(address, port))
}

function toUrl(host: string, port: number): string {
  return `http://${bracketed(host)}:${port}`
}

/** An IPv6 address as it stands in URLs and Host headers (RFC 3986 section 3.2.2). */
export function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host
}
