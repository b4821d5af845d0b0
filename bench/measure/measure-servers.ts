import type { Bench } from './bench.ts'
import type { Contestant } from './contestant.ts'
import { runRounds } from './rounds.ts'
import type { Run } from './run.ts'
import { runServerWorkload } from './run-server-workload.ts'
import type { Workload } from './workload.ts'

/** All rounds of a workload, of all who take part in it. */
export async function measureServers(
  bench: Bench,
  area: Run['area'],
  workload: Workload,
  contestants: readonly Contestant[],
): Promise<Run[]> {
  const present = contestants.filter(({ leftOutOf = [] }) => !leftOutOf.includes(workload.name))
  return await runRounds(present, bench, async (contestant, round) =>
    runServerWorkload(bench, area, workload, contestant, round),
  )
}
