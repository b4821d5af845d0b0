import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { DecantProcess } from '../cli/decant-process.ts'
import { entriesBelow } from './entries-below.ts'

/** How a server is, as the system sees it. */
export interface Vitals {
  /** Resident memory in bytes. */
  readonly rss: number
  /** Bytes of live and not yet collected objects, as the server itself says. */
  readonly heapUsed: number
  /** Bytes of buffers outside of the heap, as the server itself says. */
  readonly external: number
  readonly descriptors: number
  /** Those descriptors that are sockets. */
  readonly sockets: number
  /** Files in `.decant` but the version of its layout, records and leases: drafts, and names that are held. */
  readonly drafts: number
  /** Keys of the stored files. */
  readonly stored: readonly string[]
}

const UNFINISHED = /^\.decant\/(?!format$|records\/|drafts\/[^/]+\/lease$)/

/**
 * Looks at a server through `/proc` (Linux).
 *
 * @param memoryReport the file that `memory-report.ts` in the server writes
 */
export function vitalsOf({ child, folder }: Pick<DecantProcess, 'child' | 'folder'>, memoryReport: string): Vitals {
  const process = `/proc/${child.pid}`
  const [, rss = ''] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`${process}/status`, 'utf8')) ?? []
  const descriptors = readdirSync(`${process}/fd`).map((number) => targetOf(`${process}/fd/${number}`))
  const files = entriesBelow(folder).filter((path) => !path.endsWith('/'))
  const open = descriptors.filter((target) => target !== undefined)
  return {
    rss: Number(rss) * 1024,
    ...readReport(memoryReport),
    descriptors: open.length,
    sockets: open.filter((target) => target.startsWith('socket:')).length,
    drafts: files.filter((path) => UNFINISHED.test(path)).length,
    stored: files.filter((path) => !path.startsWith('.decant/')),
  }
}

function targetOf(descriptor: string): string | undefined {
  try {
    return readlinkSync(descriptor)
  } catch {
    // ENOENT: closed since the folder was read.
    return undefined
  }
}

function readReport(path: string): Pick<Vitals, 'heapUsed' | 'external'> {
  const report: NodeJS.MemoryUsage = JSON.parse(readFileSync(path, 'utf8'))
  return { heapUsed: report.heapUsed, external: report.external }
}
