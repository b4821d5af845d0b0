import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Growth } from './growth.ts'

const path = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'decant', 'growth.json')

/** The last results of each growth. */
export function storedGrowths(): Growth[] {
  if (!existsSync(path)) return []
  const growths: Growth[] = JSON.parse(readFileSync(path, 'utf8'))
  return growths
}

export function storeGrowth(growth: Growth): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify([...storedGrowths().filter(({ name }) => name !== growth.name), growth]))
}
