import type { Run } from '../measure/run.ts'
import { ratioOf, spreadOf, throughputOf } from './ratios.ts'
import type { Spread } from './ratios.ts'
import { runsOf } from './runs-table.ts'
import type { Target } from './targets.ts'

export interface Verdict {
  readonly ratio: Spread
  /** The name of the other contestant: of several, the fastest. */
  readonly other: string
  readonly isMet: boolean
  /** The rounds lie on both sides of the bar: another run may see it otherwise. */
  readonly isWithinNoise: boolean
}

/** The verdict of the runs on a target; undefined if there are none. */
export function verdictOn(target: Target, allRuns: readonly Run[]): Verdict | undefined {
  const { area, workload, contestant = 'decant', figure, unit, otherWorkload, bar } = target
  const ofArea = allRuns.filter((run) => run.area === area)
  const runs = ofArea.filter((run) => run.workload === workload)
  const own = runsOf(runs, { name: contestant })
  const other = otherWorkload ?? bestOf(target.others, runs)
  if (other === undefined) return undefined
  const beside =
    otherWorkload === undefined
      ? runsOf(runs, { name: other })
      : runsOf(ofArea, { name: contestant }).filter((run) => run.workload === otherWorkload)
  const ratio = ratioOf(own, beside, figure)
  if (ratio === undefined) return undefined
  const { median, least, most } = ratio
  const isMet = unit === 'throughput' ? median >= bar : median <= bar
  return { ratio, other, isMet, isWithinNoise: least < bar && bar < most }
}

function bestOf(names: readonly string[], runs: readonly Run[]): string | undefined {
  const speeds = names.flatMap((name) => {
    const own = runsOf(runs, { name })
    return own.length === 0 ? [] : [{ name, speed: spreadOf(own.map(throughputOf)).median }]
  })
  return speeds.toSorted((left, right) => right.speed - left.speed)[0]?.name
}
