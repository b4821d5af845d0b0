import type { Named } from '../measure/areas.ts'
import type { Run } from '../measure/run.ts'
import { cpuPerGiBOf, peakOf, ratioOf, spreadOf, throughputOf } from './ratios.ts'
import type { Spread } from './ratios.ts'
import { toTable } from './table.ts'

const MiB = 1024 ** 2

/** The results of the servers for one workload, fastest first, beside one of them. */
export function serversTable(runs: readonly Run[], contestants: readonly Named[], base: Named): string {
  const others = runsOf(runs, base)
  const rows = contestants.flatMap((contestant) => {
    const own = runsOf(runs, contestant)
    if (own.length === 0) return []
    const throughput = spreadOf(own.map(throughputOf)).median
    const cells = [
      contestant.title,
      (throughput / MiB).toFixed(0),
      toText(ratioOf(own, others, throughputOf)),
      spreadOf(own.map(cpuPerGiBOf)).median.toFixed(2),
      toText(ratioOf(own, others, cpuPerGiBOf)),
      (spreadOf(own.map(peakOf)).median / MiB).toFixed(0),
    ]
    return [{ throughput, cells }]
  })
  const sorted = rows.toSorted((left, right) => right.throughput - left.throughput).map(({ cells }) => cells)
  return toTable(['', 'MiB/s', `x ${base.title}`, 'CPU s/GiB', `x ${base.title}`, 'peak MiB'], sorted)
}

export function runsOf(runs: readonly Run[], { name }: { readonly name: string }): Run[] {
  return runs.filter(({ contestant }) => contestant === name)
}

/** The median, and the range of the rounds. */
export function toText(spread: Spread | undefined): string {
  if (spread === undefined) return ''
  return `${digits(spread.median)} (${digits(spread.least)}–${digits(spread.most)})`
}

function digits(number: number): string {
  return number >= 20 ? number.toFixed(0) : number.toFixed(2)
}
