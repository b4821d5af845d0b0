/** The system's tables of connections on Linux, one for each version of IP. Other systems have none. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const

/**
 * Milliseconds for which one reading of the tables serves all callers, so that thousands of stalled clients cost one
 * reading.
 */
const FRESH_MS = 1000

/** The columns of a row (proc_pid_net(5)): its number, local and remote address, state, and two queues. */
const ROW = /^\s*\d+: [\dA-F]+:([\dA-F]{4}) [\dA-F]+:([\dA-F]{4}) [\dA-F]{2} ([\dA-F]+):/gm

/** Bytes that the kernel has and the other end does not, by both ports of the connection. */
type Unacknowledged = ReadonlyMap<string, string>

let tables: { readonly readAt: number; readonly unacknowledged: Promise<Unacknowledged> } | undefined

/**
 * The progress of a connection, as text that changes while its other end takes bytes. `undefined` if the system does
 * not show it.
 *
 * Neither Node nor the kernel says when a part of a chunk was taken. The kernel takes more only when a third of its
 * buffer is free, which is a megabyte and more on one machine. So the bytes that it still holds are looked up.
 */
export async function socketProgress(socket: unknown): Promise<string | undefined> {
  const localPort = numberOf(socket, 'localPort')
  const remotePort = numberOf(socket, 'remotePort')
  if (localPort === undefined || remotePort === undefined) return undefined
  const waiting = numberOf(propertyOf(socket, '_handle'), 'writeQueueSize')
  const unacknowledged = (await readTables()).get(`${localPort} ${remotePort}`)
  return waiting === undefined && unacknowledged === undefined ? undefined : `${waiting} ${unacknowledged}`
}

function readTables(): Promise<Unacknowledged> {
  const now = performance.now()
  if (tables === undefined || Math.abs(now - tables.readAt) > FRESH_MS)
    tables = { readAt: now, unacknowledged: parseTables() }
  return tables.unacknowledged
}

async function parseTables(): Promise<Unacknowledged> {
  const found = new Map<string, string>()
  // The core runs without Node, so it is not imported.
  const files = globalThis.process?.getBuiltinModule?.('node:fs/promises')
  if (files === undefined) return found
  for (const path of TABLES) {
    // ENOENT, EACCES: not Linux, no IPv6, or no /proc.
    // oxlint-disable-next-line no-await-in-loop -- Each may be a megabyte.
    const text = await files.readFile(path, 'latin1').catch(() => '')
    for (const [, local = '', remote = '', queue = ''] of text.matchAll(ROW)) {
      const key = `${Number.parseInt(local, 16)} ${Number.parseInt(remote, 16)}`
      // Clients with different addresses may have the same port: then the progress of one counts for the other, too.
      found.set(key, `${found.get(key) ?? ''} ${queue}`)
    }
  }
  return found
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined
}

function numberOf(value: unknown, name: string): number | undefined {
  const found = propertyOf(value, name)
  return typeof found === 'number' ? found : undefined
}
