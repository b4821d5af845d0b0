import { forwardedFields, toList } from './forwarded-fields.ts'
import type { ForwardedFields, ForwardedKind } from './forwarded-fields.ts'
import type { Incoming } from './incoming.ts'
import { toIpAddress } from './ip-address.ts'
import { parsePathPrefix } from './path-prefix.ts'

/** The proxies that an adapter trusts. */
export interface ProxyTrust {
  /** Whether the proxy of this address is trusted. */
  readonly isTrusted: (address: string) => boolean
  /** The kind of headers that the proxies write; the other kind is ignored. Default: the one that a request has. */
  readonly header?: ForwardedKind | undefined
  /** Called with a sentence if a header of a trusted proxy is ignored, so that the operator can correct it. */
  readonly onWarning: (sentence: string) => void
}

/**
 * The request as the outermost trusted proxy received it: the client's address, the host and port that it asked, https,
 * and the stripped path. The first three are in X-Forwarded-For, -Host, -Port and -Proto, or in Forwarded (RFC 7239). A
 * proxy that writes one kind may pass on the other from a client. So if a request has both, neither is believed, unless
 * `header` says which one the proxies write. The path is in X-Forwarded-Prefix alone.
 *
 * A malformed value is ignored. Only the values of trusted proxies count: a client's own values stand further left in a
 * list.
 */
export function behindProxy(incoming: Incoming, { isTrusted, header, onWarning }: ProxyTrust): Incoming {
  const peer = toIpAddress(incoming.clientAddress ?? '')
  if (peer === undefined || !isTrusted(peer)) return incoming
  const { addresses, hosts, ports, schemes } = believedFields(incoming, header, onWarning)
  let clientAddress = peer
  // The connected proxy wrote the last entry. The peer of that proxy wrote the entry before it, and so on.
  let written = 0
  for (const text of addresses.toReversed()) {
    if (!isTrusted(clientAddress)) break
    written += 1
    const address = toIpAddress(text)
    // `unknown`, `_hidden` (RFC 7239 section 6) or malformed: the proxy that wrote it counts as the client.
    if (address === undefined) break
    clientAddress = address
  }
  const named = lastButOf(hosts, written)
  const isNamed = named !== undefined && isHost(named)
  const { host, isPortKnown } = withPort(isNamed ? named : incoming.header('host'), lastButOf(ports, written))
  const scheme = lastButOf(schemes, written)?.toLowerCase()
  return {
    method: incoming.method,
    target: incoming.target,
    mount: incoming.mount,
    prefix: readPrefix(incoming, written, onWarning),
    header: (name) => (name === 'host' ? host : incoming.header(name)),
    contentType: incoming.contentType,
    body: incoming.body,
    clientAddress,
    isSecure: scheme === 'https' || (scheme !== 'http' && incoming.isSecure),
    isPortKnown,
    proxyHost: isNamed ? incoming.header('host') : undefined,
    signal: incoming.signal,
    native: incoming.native,
  }
}

function believedFields(
  incoming: Incoming,
  kind: ForwardedKind | undefined,
  onWarning: (sentence: string) => void,
): ForwardedFields {
  const fieldsOf = (each: ForwardedKind): ForwardedFields | undefined => forwardedFields(each, incoming.header)
  if (kind !== undefined) return fieldsOf(kind) ?? NO_FIELDS
  const [forwarded, xForwarded] = [fieldsOf('forwarded'), fieldsOf('x-forwarded')]
  if (forwarded === undefined || xForwarded === undefined) return forwarded ?? xForwarded ?? NO_FIELDS
  const { addresses, hosts, schemes } = xForwarded
  // A port alone does not contradict anything.
  if (addresses.length + hosts.length + schemes.length === 0) return forwarded
  onWarning(
    `The proxy ${incoming.clientAddress ?? ''} sends both Forwarded and X-Forwarded headers. Neither is believed, ` +
      'since a client may have written one of them. Say which of them your proxies write: ' +
      'trustProxy: { proxies, header: "x-forwarded" } (--proxy-header), or "forwarded".',
  )
  return NO_FIELDS
}

const NO_FIELDS: ForwardedFields = { addresses: [], hosts: [], ports: [], schemes: [] }

/**
 * The host with its port, if a header tells it. A port in the host counts first: the client wrote it.
 * X-Forwarded-Port is the port at which the proxy listens. Browsers leave 80 and 443 out of an origin.
 */
function withPort(
  host: string | undefined,
  port: string | undefined,
): { host: string | undefined; isPortKnown: boolean } {
  if (host === undefined || /:\d+$/.test(host)) return { host, isPortKnown: true }
  if (port === undefined || !/^\d{1,5}$/.test(port)) return { host, isPortKnown: false }
  return { host: DEFAULT_PORTS.includes(port) ? host : `${host}:${port}`, isPortKnown: true }
}

/** The default port of either scheme, since a proxy may have changed the scheme. */
const DEFAULT_PORTS: readonly string[] = ['80', '443']

/**
 * The paths that trusted proxies have stripped, joined, the outermost first.
 *
 * @param written the number of proxies that are known to have written to the lists
 */
function readPrefix({ header, prefix }: Incoming, written: number, onWarning: (sentence: string) => void): string {
  const value = header('x-forwarded-prefix')
  if (value === undefined) return prefix
  const stripped = toList(value).slice(-Math.max(written, 1)).map(toEncoded)
  const prefixes = stripped.map(parsePathPrefix).filter((each) => each !== undefined)
  if (prefixes.length === stripped.length) return prefix + prefixes.join('')
  onWarning(
    `X-Forwarded-Prefix ${JSON.stringify(value.slice(0, SHOWN_LENGTH))} is ignored: a prefix begins with one slash, ` +
      'has at most 255 characters, and no "//", "\\", "?", "#", control characters or dot segments. ' +
      'Correct it in the proxy.',
  )
  return prefix
}

const SHOWN_LENGTH = 100

/** A header holds bytes, read as Latin-1. Each byte that a path cannot hold becomes an escape. */
function toEncoded(path: string): string {
  return path.replace(
    /[ "<>^`{|}\u0080-\u00ff]|%(?![\da-f]{2})/gi,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/**
 * The value that the outermost trusted proxy wrote into a list. Each proxy adds its value at the end. If the list is
 * shorter than the number of proxies, the inner ones do not add to it: then its first value counts.
 */
function lastButOf(list: readonly string[], written: number): string | undefined {
  const value = list[Math.max(list.length - Math.max(written, 1), 0)]
  return value === '' ? undefined : value
}

/** A name or an address, and maybe a port (RFC 9110 section 7.2). */
function isHost(text: string): boolean {
  return /^(?:[\w.-]{1,255}|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(text)
}
