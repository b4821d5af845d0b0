import type { Area } from '../measure/areas.ts'
import type { Run } from '../measure/run.ts'
import { decodeReport } from './decode-report.ts'
import { serversTable } from './runs-table.ts'

/** The results of an area, workload by workload, in Markdown; for decoders, all inputs together. */
export function areaReport({ name, contestants, workloads, base }: Area, allRuns: readonly Run[]): string {
  const runs = allRuns.filter(({ area }) => area === name)
  const present = workloads.filter((workload) => runs.some((run) => run.workload === workload.name))
  if (name === 'decode') return decodeReport(runs)
  return present
    .map((workload) => {
      const own = runs.filter((run) => run.workload === workload.name)
      return `### ${capitalised(workload.title)}\n\n${serversTable(own, contestants, base)}`
    })
    .join('\n\n')
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
