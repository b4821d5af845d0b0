import type { LoggedRequest } from '../app/request-log.ts'
import { bytes } from '../index.ts'

/** A request in a line: when, who, what, the status, how much was sent and how long it took. */
export function logLine({ time, address = '-', method, path, status, received, sent, ms }: LoggedRequest): string {
  const size = received ?? sent
  return [time, address, method, path, status, size === undefined ? '-' : bytes(size), `${ms} ms`].join('  ')
}
