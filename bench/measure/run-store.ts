import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Run } from './run.ts'

const path = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'decant', 'bench.json')

/** The last results of each workload: docs/benchmarks.md is written from them. */
export function storedRuns(): Run[] {
  if (!existsSync(path)) return []
  const runs: Run[] = JSON.parse(readFileSync(path, 'utf8'))
  return runs
}

/** Keeps the runs of a workload, in the place of those before, or as further rounds. */
export function storeRuns(runs: readonly Run[], areFurther: boolean): void {
  const isOfThese = (run: Run): boolean =>
    runs.some(({ area, workload }) => area === run.area && workload === run.workload)
  const stored = storedRuns()
  const before = areFurther ? Math.max(0, ...stored.filter(isOfThese).map(({ round }) => round)) : 0
  const kept = areFurther ? stored : stored.filter((run) => !isOfThese(run))
  const added = runs.map((run) => ({ ...run, round: run.round + before }))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify([...kept, ...added]))
}
