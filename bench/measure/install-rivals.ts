import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from '../../test/npm.ts'

const folder = join(import.meta.dirname, '..', 'rivals')

/** Installs the rivals of Decant, in a folder of its own, unless their current versions are there. */
export async function installRivals(): Promise<void> {
  const installed = join(folder, 'node_modules', '.package-lock.json')
  const lock = join(folder, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  console.error('installing the rivals (npm ci in bench/rivals)')
  await npm(folder, 'ci', '--ignore-scripts', '--no-audit', '--no-fund')
}
