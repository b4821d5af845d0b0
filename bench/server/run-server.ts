import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import process from 'node:process'

/** What a measured server tells about its own process. */
export interface ServerUsage {
  /** Since it began; user and system, all threads. */
  readonly cpuSeconds: number
  /** The most memory that it ever had (VmHWM). */
  readonly peakBytes: number
}

/**
 * The whole of a measured server's program: it is started with a folder to keep files in, listens on a free port of
 * 127.0.0.1, tells its parent which, and what it has used whenever it is asked.
 */
export async function runServer(start: (folder: string) => Server | Promise<Server>): Promise<void> {
  const folder = process.argv[2]
  if (folder === undefined) throw new TypeError('Which folder?')
  mkdirSync(folder, { recursive: true })
  const server = await start(folder)
  // Express, Koa and Hono listen by themselves, where they are told to; here everybody is listened for.
  if (!server.listening) server.listen(0, '127.0.0.1')
  if (server.address() === null) await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('No port')
  process.on('message', () => process.send?.(usage()))
  process.on('disconnect', () => process.exit())
  process.send?.({ port: address.port })
}

function usage(): ServerUsage {
  const { user, system } = process.cpuUsage()
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(statusOfProcess()) ?? []
  const peakBytes = kilobytes === undefined ? process.resourceUsage().maxRSS * 1024 : Number(kilobytes) * 1024
  return { cpuSeconds: (user + system) / 1e6, peakBytes }
}

/** Linux alone has it. */
function statusOfProcess(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8')
  } catch {
    return ''
  }
}
