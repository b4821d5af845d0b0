/**
 * The canonical spelling of an IP address from a header or a socket, which may have a port. IPv6 is written as RFC 5952
 * says, without its zone. IPv4 in IPv6 (RFC 4291 section 2.5.5.2) becomes IPv4. `undefined` for any other text.
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

/** A leading zero is not allowed, since some readers take it for octal. */
function isOctet(text: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(text) && Number(text) <= 255
}

function toOctets(group: string): [number, number] {
  const value = Number.parseInt(group, 16)
  return [value >> 8, value & 255]
}
