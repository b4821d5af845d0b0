import { UploadError } from '../errors/upload-error.ts'
import type { Incoming } from '../http/incoming.ts'

/**
 * Refuses names under which the server is not known: a name of an attacker's that was made to lead here (DNS rebinding)
 * would put his page into the server's own origin.
 *
 * @param hosts lower-case names without ports, IPv6 addresses in brackets; `undefined` takes every one
 * @throws {UploadError} `unknown-host`.
 */
export function checkHost(incoming: Incoming, hosts: readonly string[] | undefined): void {
  if (hosts === undefined) return
  const host = incoming.header('host') ?? ''
  const name = host.replace(/:\d*$/, '').toLowerCase()
  if (!hosts.includes(name)) throw new UploadError('unknown-host', { host })
}
