import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

/**
 * A new folder for the measured files: in memory if there is a tmpfs, else among the temporary files. It is removed
 * with this process, however that ends, since its memory is not freed by itself.
 */
export function createBenchFolder(place?: string): string {
  const folder = mkdtempSync(join(place ?? (existsSync('/dev/shm') ? '/dev/shm' : tmpdir()), 'decant-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1))
  return folder
}
