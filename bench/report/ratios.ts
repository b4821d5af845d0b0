import { median } from '../../test/endurance/trend.ts'
import type { Run } from '../measure/run.ts'

/** The median of what was found in each round, and the range. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** A number of a run. */
export type Figure = (run: Run) => number

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) }
}

/**
 * The ratio of a figure of some runs to that of others, round by round: only runs side by side are compared. Undefined
 * if no round has both.
 */
export function ratioOf(runs: readonly Run[], others: readonly Run[], figure: Figure): Spread | undefined {
  const ratios = runs.flatMap((run) => {
    const beside = others.find(({ round }) => round === run.round)
    return beside === undefined ? [] : [figure(run) / figure(beside)]
  })
  return ratios.length === 0 ? undefined : spreadOf(ratios)
}

/** Bytes per second. */
export function throughputOf({ bytes, seconds }: Run): number {
  return bytes / seconds
}

/** CPU seconds of the server for each GiB. */
export function cpuPerGiBOf({ bytes, cpuSeconds }: Run): number {
  return cpuSeconds / (bytes / 1024 ** 3)
}

export function peakOf({ peakBytes }: Run): number {
  return peakBytes
}
