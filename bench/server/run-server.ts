import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:net'
import process from 'node:process'
import { folderArgument, report } from './report-server.ts'
import type { ServerUsage } from './report-server.ts'

/**
 * The whole program of a measured server. It gets a folder to keep files in, and listens on a free port of 127.0.0.1.
 * It reports the port to its parent, and its usage on request.
 */
export async function runServer(start: (folder: string) => Server | Promise<Server>): Promise<void> {
  const server = await start(folderArgument())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('No port')
  process.on('disconnect', () => process.exit())
  report(address.port, usage)
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
