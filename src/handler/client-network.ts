/** How many of the eight groups of an IPv6 address the network gives to one customer: a /64 at least (RFC 6177). */
const NETWORK_GROUPS = 4

/**
 * By what a client is counted: an IPv4 address as it is, written in IPv6 or not (RFC 4291 section 2.5.5.2), and of an IPv6
 * address its /64, of which every client may make up addresses as it likes.
 */
export function toClientNetwork(address: string): string {
  if (!address.includes(':')) return address
  const [, mapped] = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address) ?? []
  if (mapped !== undefined) return mapped
  const [plain = ''] = address.toLowerCase().split('%', 1)
  const [left = '', right = ''] = plain.split('::')
  const head = toGroups(left)
  const tail = toGroups(right)
  const zeros = plain.includes('::')
    ? Array.from({ length: Math.max(8 - head.length - tail.length, 0) }, () => '0')
    : []
  return `${[...head, ...zeros, ...tail].slice(0, NETWORK_GROUPS).join(':')}::/64`
}

/** Groups of hexadecimal digits without the zeros before them. */
function toGroups(text: string): string[] {
  return text === '' ? [] : text.split(':').map((group) => group.replace(/^0+(?=.)/, ''))
}
