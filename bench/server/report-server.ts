import { mkdirSync } from 'node:fs'
import process from 'node:process'

/** The facts that a measured server reports about its own process. */
export interface ServerUsage {
  /** Since it began; user and system, all threads. */
  readonly cpuSeconds: number
  /** The most memory that it ever had (VmHWM). */
  readonly peakBytes: number
}

/** The folder that a measured server keeps its files in. */
export function folderArgument(): string {
  const folder = process.argv[2]
  if (folder === undefined) throw new TypeError('Which folder?')
  mkdirSync(folder, { recursive: true })
  return folder
}

/**
 * Reports to the measuring process that a server listens, and from then on its usage, as often as that process asks.
 */
export function report(port: number, usage: () => ServerUsage): void {
  process.on('message', () => process.send?.(usage()))
  process.send?.({ port })
}
