// Loaded into the server before its own code (`--import`): writes down, time and again, what only the process itself
// knows.
import { rename, writeFile } from 'node:fs/promises'
import { env, memoryUsage } from 'node:process'

const INTERVAL_MS = 1000

const { MEMORY_REPORT } = env
if (MEMORY_REPORT !== undefined) await report(MEMORY_REPORT)

/** Never synchronously: a busy disk would hold up the whole server. */
async function report(path: string): Promise<void> {
  // Renamed into its place, so that no reader meets a half.
  await writeFile(`${path}.new`, JSON.stringify(memoryUsage()))
  await rename(`${path}.new`, path)
  setTimeout(() => void report(path), INTERVAL_MS).unref()
}
