import type { Bench } from './bench.ts'
import type { Contestant } from './contestant.ts'
import { runRounds } from './rounds.ts'
import type { Run } from './run.ts'
import { runServerWorkload } from './run-server-workload.ts'
import type { Workload } from './workload.ts'

/** All rounds of a workload, of all its contestants. */
export async function measureServers(
  bench: Bench,
  area: Run['area'],
  workload: Workload,
  contestants: readonly Contestant[],
): Promise<Run[]> {
  const takesPart = ({ name, leftOutOf = [], onlyIn }: Contestant): boolean =>
    !leftOutOf.includes(workload.name) &&
    (onlyIn?.includes(workload.name) ?? true) &&
    (workload.contestants?.includes(name) ?? true)
  const present = contestants.filter(takesPart)
  return await runRounds(present, bench, async (contestant, round) =>
    runServerWorkload(bench, area, workload, contestant, round),
  )
}
