import { median } from '../../test/endurance/trend.ts'
import type { Run } from '../measure/run.ts'

/** The median of what was found in each round, and the range. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) }
}

/** How much one number of a contestant is of another's, round by round: only what ran side by side is compared. */
export function ratioOf(
  runs: readonly Run[],
  contestant: string,
  other: string,
  number: (run: Run) => number,
): Spread | undefined {
  const ratios = runs
    .filter((run) => run.contestant === contestant)
    .flatMap((run) => {
      const beside = runs.find((each) => each.contestant === other && each.round === run.round)
      return beside === undefined ? [] : [number(run) / number(beside)]
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
