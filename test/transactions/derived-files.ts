import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Storage } from '../../src/storage/storage.ts'
import { storedIn } from '../cli/client.ts'
import { entriesBelow } from '../endurance/entries-below.ts'
import { liveIn } from './rows.ts'

/** Bytes of a thumbnail: the first ones of its picture. */
export const THUMB_SIZE = 10

/** Sweeps two storages until neither waits for the other. The leader of a transaction ends after its followers. */
export async function sweepTogether(...storages: readonly Storage[]): Promise<void> {
  for (const storage of [...storages, ...storages]) await storage.sweep()
}

/** The faults of a folder of `postServer` after a sweep. */
export function derivedFaultsIn(folder: string, content: Buffer): string[] {
  return derivedFaults(folder, liveIn(join(folder, 'rows')), content)
}

/** The faults of two storages after a sweep: files and rows that do not belong together, or leftovers. */
export function derivedFaults(folder: string, named: readonly string[], content: Buffer): string[] {
  const live = new Set(named)
  const faults: string[] = []
  const there = new Set<string>()
  for (const [name, set] of [['uploads', 'files'] as const, ['thumbs', 'thumbs'] as const]) {
    const root = join(folder, name)
    for (const key of existsSync(root) ? storedIn(root) : []) {
      there.add(`${set}/${key}`)
      const expected = set === 'thumbs' ? content.subarray(0, THUMB_SIZE) : content
      if (!readFileSync(join(root, key)).equals(expected)) faults.push(`${set}/${key} is not whole`)
    }
    const left = entriesBelow(join(root, '.decant')).filter(
      (path) => /^(?:drafts|prepared|reserved)\/.*[^/]$/.test(path) && !path.endsWith('/lease'),
    )
    faults.push(...left.map((path) => `${path} is left in ${name}`))
  }
  return [
    ...faults,
    ...[...live].filter((key) => !there.has(key)).map((key) => `${key} is in a row and not there`),
    ...[...there].filter((key) => !live.has(key)).map((key) => `${key} is there and in no row`),
  ]
}
