import type { LoggedRequest } from '../app/request-log.ts'
import { formatBytes } from '../index.ts'

/**
 * A request in a line: time, address, method, path, status, size and duration. Then come the name with which the client
 * signed in and the stored files, if there are any.
 */
export function logLine(request: LoggedRequest): string {
  const { time, address = '-', method, path, status, received, sent, ms, user, stored } = request
  const size = received ?? sent
  const line = [time, address, method, path, status, size === undefined ? '-' : formatBytes(size), `${ms} ms`]
  if (user !== undefined) line.push(`by ${user}`)
  if (stored !== undefined) line.push(`stored ${stored.join(' ')}`)
  return line.join('  ')
}
