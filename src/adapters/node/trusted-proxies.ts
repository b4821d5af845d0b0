import { BlockList, isIP } from 'node:net'
import { OPTION_KINDS } from '../../errors/option-kinds.ts'
import { tellValue } from '../../errors/tell-value.ts'

/** Words for whole families of addresses. */
const WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['loopback', ['127.0.0.0/8', '::1']],
  // RFC 1918, RFC 4193.
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
])

/**
 * The addresses of the proxies that are believed.
 *
 * @param list addresses (`10.0.0.2`), ranges (`10.0.0.0/8`, `fd00::/8`), and the words `loopback` and `private`
 * @throws {TypeError} for anything else.
 */
export function trustedProxies(list: readonly string[]): (address: string) => boolean {
  // JavaScript may pass a string. It has no `flatMap`, and that error would not say what to do.
  const given: unknown = list
  if (!OPTION_KINDS.texts.takes(given)) {
    throw new TypeError(`Proxies must be a list such as ["loopback"], not ${tellValue(given)}.`)
  }
  const blocks = new BlockList()
  for (const range of list.flatMap((entry) => WORDS.get(entry) ?? [entry])) addRange(blocks, range)
  return (address) => {
    const family = familyOf(address)
    return family !== undefined && blocks.check(address, family)
  }
}

function addRange(blocks: BlockList, range: string): void {
  const [, address = '', size] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(range) ?? []
  const family = familyOf(address)
  const bits = family === 'ipv4' ? 32 : 128
  if (family === undefined || Number(size ?? bits) > bits) {
    throw new TypeError(
      `${JSON.stringify(range)} is not an address of a proxy. ` +
        'Write 10.0.0.2, 10.0.0.0/8, fd00::/8, loopback or private.',
    )
  }
  blocks.addSubnet(address, Number(size ?? bits), family)
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address)
  if (version === 0) return undefined
  return version === 4 ? 'ipv4' : 'ipv6'
}
