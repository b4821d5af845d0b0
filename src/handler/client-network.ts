/** An IPv6 address has eight groups. The first four name the network of one customer, a /64 or more (RFC 6177). */
const NETWORK_GROUPS = 4

/**
 * The network by which a client is counted. An IPv4 address counts as it is, also if it is written in IPv6 (RFC 4291
 * section 2.5.5.2). An IPv6 address counts by its /64, in which a client may choose any address.
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
