// Loaded into the server before its own code (`--import`): writes down, time and again, what only the process itself knows.
import { renameSync, writeFileSync } from 'node:fs'
import { env, memoryUsage } from 'node:process'

const { MEMORY_REPORT } = env
if (MEMORY_REPORT !== undefined) {
  const report = (): void => {
    // Renamed into its place, so that no reader meets a half.
    writeFileSync(`${MEMORY_REPORT}.new`, JSON.stringify(memoryUsage()))
    renameSync(`${MEMORY_REPORT}.new`, MEMORY_REPORT)
  }
  report()
  setInterval(report, 1000).unref()
}
