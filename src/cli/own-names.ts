import { isIPv4, isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import { bracketed, isLoopback, loopbackNames } from './address.ts'

/**
 * Local networks add these to the name of a machine. Names below them cannot be registered in the public DNS, so a
 * foreign page cannot have one.
 */
const LOCAL_DOMAINS = ['local', 'lan', 'internal', 'home.arpa'] as const

/** The names to which a server answers. */
export interface OwnNames {
  /** In lower case, without ports; IPv6 addresses in brackets. */
  readonly names: readonly string[]
  /** True if it answers to every IP address as well. */
  readonly takesAddresses: boolean
  /** Whether it answers to this name: lower-case, without a port. */
  includes(name: string): boolean
}

/**
 * The names of a server that listens on `host`; `undefined` if it answers to every name. A foreign page may be open in
 * a browser of this network. It could make a name of its own lead here (DNS rebinding). So only known names count.
 *
 * Beyond loopback these are the machine's name and every IP address. An address cannot be made to lead elsewhere. The
 * server does not know all of its addresses, such as those of a container's host, a router or a cloud.
 *
 * @param more names that the operator has given
 * @param machine the machine's name
 */
export function ownNames(
  host: string,
  more: readonly string[] | 'any' = [],
  machine: string = hostname(),
): OwnNames | undefined {
  if (more === 'any') return undefined
  const takesAddresses = !isLoopback(host)
  const names = takesAddresses
    ? ['localhost', ...(WILDCARDS.includes(host) ? [] : [bracketed(host.toLowerCase())]), ...machineNames(machine)]
    : loopbackNames(host)
  const all = [...new Set([...names, ...more])]
  return {
    names: all,
    takesAddresses,
    includes: (name) => all.includes(name) || (takesAddresses && isAddress(name)),
  }
}

const WILDCARDS: readonly string[] = ['0.0.0.0', '::']

/** The name as it is, without its domain, and with each local domain. */
function machineNames(machine: string): readonly string[] {
  const name = machine.toLowerCase().replace(/\.$/, '')
  const [short = name] = name.split('.', 1)
  return short === '' ? [] : [name, short, ...LOCAL_DOMAINS.map((domain) => `${short}.${domain}`)]
}

/** An address as it stands in Host; an IPv6 address may have a zone (RFC 6874). */
function isAddress(name: string): boolean {
  const [, inner] = /^\[(.*)\]$/.exec(name) ?? []
  return inner === undefined ? isIPv4(name) : isIPv6(inner)
}
