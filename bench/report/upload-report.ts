import type { Contestant } from '../measure/contestant.ts'
import type { Run } from '../measure/run.ts'
import type { Workload } from '../measure/workload.ts'
import { cpuPerGiBOf, ratioOf, spreadOf, throughputOf } from './ratios.ts'
import type { Spread } from './ratios.ts'
import { toTable } from './table.ts'

const MiB = 1024 ** 2

/** What a workload gave, fastest first: a table in Markdown. */
export function uploadReport(
  workload: Workload,
  contestants: readonly Contestant[],
  allRuns: readonly Run[],
  base: string,
): string {
  const runs = allRuns.filter((run) => run.workload === workload.name)
  const rows = contestants.flatMap(({ name, title }) => {
    const own = runs.filter(({ contestant }) => contestant === name)
    if (own.length === 0) return []
    const throughput = spreadOf(own.map(throughputOf)).median
    const cells = [
      title,
      (throughput / MiB).toFixed(0),
      toText(ratioOf(runs, name, base, throughputOf)),
      spreadOf(own.map(cpuPerGiBOf)).median.toFixed(2),
      toText(ratioOf(runs, name, base, cpuPerGiBOf)),
      (spreadOf(own.map(({ peakBytes }) => peakBytes)).median / MiB).toFixed(0),
      `${(100 * spreadOf(own.map(({ clientCpuSeconds, seconds }) => clientCpuSeconds / seconds)).median).toFixed(0)} %`,
    ]
    return [{ throughput, cells }]
  })
  const sorted = rows.toSorted((left, right) => right.throughput - left.throughput).map(({ cells }) => cells)
  return toTable(['', 'MiB/s', `x ${base}`, 'CPU s/GiB', `x ${base}`, 'peak MiB', 'client busy'], sorted)
}

function toText(spread: Spread | undefined): string {
  if (spread === undefined) return ''
  return `${spread.median.toFixed(2)} (${spread.least.toFixed(2)}–${spread.most.toFixed(2)})`
}
