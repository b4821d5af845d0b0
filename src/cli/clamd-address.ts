import { parseNumber } from './parse-value.ts'

/** The address of ClamAV's daemon: a Unix socket, or TCP. Without a port, it has ClamAV's usual one. */
export type ClamdAddress = { readonly socket: string } | { readonly host: string; readonly port?: number }

/**
 * `/run/clamav/clamd.ctl`, `127.0.0.1:3310`, `[::1]:3310`, or a host alone. A text with a slash is the path of a
 * socket.
 *
 * @throws {TypeError} for anything else.
 */
export function parseClamdAddress(text: string): ClamdAddress {
  if (text.includes('/') && !text.includes('://')) return { socket: text }
  const [, bracketed, name, port] = /^(?:\[([\da-f:.]+)\]|([^\s:/[\]]+))(?::(\d+))?$/i.exec(text.trim()) ?? []
  const host = bracketed ?? name
  if (host === undefined) {
    throw new TypeError(
      `${JSON.stringify(text)} is not a valid address. Write clamav:3310, [::1]:3310 or /run/clamav/clamd.ctl.`,
    )
  }
  return { host, ...(port !== undefined && { port: parseNumber(port, 1, 65_535) }) }
}
