import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'

/**
 * Refuses names under which the server is not known. If an attacker makes a name of its own lead here (DNS rebinding),
 * its page is in the origin of the server.
 *
 * @param isKnown asked with the name in lower case, without a port and a dot at its end; IPv6 addresses have brackets
 * @throws {UploadError} `unknown-host`.
 */
export function checkHost(incoming: Incoming, isKnown: (name: string) => boolean): void {
  const host = incoming.header('host') ?? ''
  const name = host.replace(/\.?(?::\d*)?$/, '').toLowerCase()
  if (!isKnown(name)) throw new UploadError('unknown-host', { host })
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
