import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'
import { toIpAddress } from '../http/ip-address.ts'

/** Names that cannot be registered in the public DNS: without a dot, or below what local networks use. */
const LOCAL_NAME = /^[^.]*$|\.(?:local|lan|internal|home\.arpa)$/

/**
 * Refuses names under which the server is not known. If an attacker makes a name lead to this server (DNS rebinding),
 * the attacker's page is in the origin of the server.
 *
 * Such a page may write X-Forwarded-Host, but not Host. If its browser is at the address of a trusted proxy, only Host
 * tells the two apart. A proxy may write a name of the local network into Host. A stranger cannot own such a name.
 *
 * @param isKnown gets the name in lower case, without its port and a dot at its end; IPv6 addresses have brackets
 * @throws {UploadError} `unknown-host`.
 */
export function checkHost({ header, proxyHost }: Incoming, isKnown: (name: string) => boolean): void {
  const host = header('host') ?? ''
  if (!isKnown(toName(host))) throw new UploadError('unknown-host', { host })
  if (proxyHost === undefined) return
  const name = toName(proxyHost)
  const isSafe = isKnown(name) || LOCAL_NAME.test(name) || toIpAddress(name) !== undefined
  if (!isSafe) throw new UploadError('unknown-host', { host: proxyHost })
}

function toName(host: string): string {
  return host.replace(/\.?(?::\d*)?$/, '').toLowerCase()
}

/** The test of the option `hosts`. */
export function toHostTest(
  hosts: readonly string[] | ((name: string) => boolean) | undefined,
): (name: string) => boolean {
  if (hosts === undefined) return () => true
  if (typeof hosts === 'function') return hosts
  const names = hosts.map((host) => host.toLowerCase())
  return (name) => names.includes(name)
}
