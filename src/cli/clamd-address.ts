import { parseNumber } from './parse-value.ts'

/** Where ClamAV's daemon listens: a Unix socket, or TCP; without a port, its usual one. */
export type ClamdAddress = { readonly socket: string } | { readonly host: string; readonly port?: number }

/**
 * `/run/clamav/clamd.ctl`, `127.0.0.1:3310`, `[::1]:3310`, or a host alone. What has a slash is the path of a socket.
 *
 * @throws {TypeError} for anything else.
 */
export function parseClamdAddress(text: string): ClamdAddress {
  if (text.includes('/') && !text.includes('://')) return { socket: text }
  const [, bracketed, name, port] = /^(?:\[([\da-f:.]+)\]|([^\s:/[\]]+))(?::(\d+))?$/i.exec(text.trim()) ?? []
  const host = bracketed ?? name
  if (host === undefined) {
    throw new TypeError(
      `${JSON.stringify(text)} is no address. Write clamav:3310, [::1]:3310 or /run/clamav/clamd.ctl.`,
    )
  }
  return { host, ...(port !== undefined && { port: parseNumber(port, 1, 65_535) }) }
}
