import type { Incoming } from './incoming.ts'
import { toIpAddress } from './ip-address.ts'
import { toParameters } from './parameters.ts'

/**
 * The same request as the outermost trusted proxy has met it: its client's address, the host that was asked, and whether
 * that was by https. From X-Forwarded-For, -Host and -Proto, or where there is none of them from Forwarded (RFC 7239); not
 * from both, since a proxy that writes the one may let a client's own other through.
 *
 * A value that is malformed is left out of account. Only what trusted proxies have written counts: everything that a client
 * wrote itself stands further left.
 *
 * @param isTrusted whether the proxy of this address is believed
 */
export function behindProxy(incoming: Incoming, isTrusted: (address: string) => boolean): Incoming {
  const peer = toIpAddress(incoming.clientAddress ?? '')
  if (peer === undefined || !isTrusted(peer)) return incoming
  const { addresses, hosts, schemes } = readFields(incoming)
  let clientAddress = peer
  // The last entry was written by the proxy that is connected, the one before it by whoever that one was asked by.
  let written = 0
  for (const text of addresses.toReversed()) {
    if (!isTrusted(clientAddress)) break
    written += 1
    const address = toIpAddress(text)
    // `unknown`, `_hidden` (RFC 7239 section 6) or nonsense: the proxy that wrote it is the last one that has a name.
    if (address === undefined) break
    clientAddress = address
  }
  const host = lastButOf(hosts, written)
  const scheme = lastButOf(schemes, written)?.toLowerCase()
  return {
    method: incoming.method,
    target: incoming.target,
    mount: incoming.mount,
    header:
      host !== undefined && isHost(host) ? (name) => (name === 'host' ? host : incoming.header(name)) : incoming.header,
    body: incoming.body,
    clientAddress,
    isSecure: scheme === 'https' || (scheme !== 'http' && incoming.isSecure),
    signal: incoming.signal,
    native: incoming.native,
  }
}

/** What proxies have written, each list from the client to the server. */
interface ForwardedFields {
  readonly addresses: readonly string[]
  readonly hosts: readonly string[]
  readonly schemes: readonly string[]
}

function readFields({ header }: Incoming): ForwardedFields {
  const lists = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'].map(header)
  if (lists.some((list) => list !== undefined)) {
    const [addresses = [], hosts = [], schemes = []] = lists.map((list) => list?.split(',').map((text) => text.trim()))
    return { addresses, hosts, schemes }
  }
  const elements = toElements(header('forwarded') ?? '')
  const valuesOf = (name: string): string[] => elements.map((element) => element.get(name) ?? '')
  return { addresses: valuesOf('for'), hosts: valuesOf('host'), schemes: valuesOf('proto') }
}

/** RFC 7239 section 4; none at all where one is malformed, since it could hide where the next begins. */
function toElements(text: string): ReadonlyMap<string, string>[] {
  const elements: ReadonlyMap<string, string>[] = []
  for (const element of splitOutsideQuotes(text)) {
    const parameters = toParameters(`;${element}`)
    if (parameters === undefined) return []
    elements.push(parameters)
  }
  return elements
}

/** At the commas that are in no quoted string (RFC 9110 section 5.6.4). */
function splitOutsideQuotes(text: string): string[] {
  const elements = ['']
  let isQuoted = false
  let isEscaped = false
  for (const character of text) {
    if (character === ',' && !isQuoted) {
      elements.push('')
      continue
    }
    if (character === '"' && !isEscaped) isQuoted = !isQuoted
    isEscaped = isQuoted && character === '\\' && !isEscaped
    elements[elements.length - 1] += character
  }
  return elements
}

/**
 * What the outermost trusted proxy wrote into a list: as far from its end as that proxy stands from here, or the first
 * where the proxies nearer to here do not write to it.
 */
function lastButOf(list: readonly string[], written: number): string | undefined {
  const value = list[Math.max(list.length - Math.max(written, 1), 0)]
  return value === '' ? undefined : value
}

/** A name or an address, and maybe a port (RFC 9110 section 7.2). */
function isHost(text: string): boolean {
  return /^(?:[\w.-]{1,255}|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(text)
}
