import { mkdirSync } from 'node:fs'
import process from 'node:process'

/** What a measured server tells about its own process. */
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

/** Tells whoever measures that a server listens, and from then on what it has used, as often as that is asked. */
export function report(port: number, usage: () => ServerUsage): void {
  process.on('message', () => process.send?.(usage()))
  process.send?.({ port })
}
