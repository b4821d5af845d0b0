/**
 * An IP address as it stands in a header or on a socket, with or without a port, in its one spelling: IPv6 as RFC 5952 has
 * it and without its zone, IPv4 in IPv6 (RFC 4291 section 2.5.5.2) as IPv4. `undefined` for anything else.
 */
export function toIpAddress(text: string): string | undefined {
  const [, ipv4] = /^(\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?$/.exec(text) ?? []
  if (ipv4 !== undefined) return ipv4.split('.').every(isOctet) ? ipv4 : undefined
  const [, bracketed, bare] = /^(?:\[([\da-f:.]{2,45})\](?::\d{1,5})?|([\da-f:.]{2,45})(?:%.+)?)$/i.exec(text) ?? []
  const url = `http://[${bracketed ?? bare ?? ''}]`
  if (!URL.canParse(url)) return undefined
  const address = new URL(url).hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(address) ?? []
  return high === undefined || low === undefined ? address : [...toOctets(high), ...toOctets(low)].join('.')
}

/** Without a leading zero, which some readers take for octal. */
function isOctet(text: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(text) && Number(text) <= 255
}

function toOctets(group: string): [number, number] {
  const value = Number.parseInt(group, 16)
  return [value >> 8, value & 255]
}
