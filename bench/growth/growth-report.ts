import { toTable } from '../report/table.ts'
import { steepest } from './growth.ts'
import type { Growth } from './growth.ts'

const MiB = 1024 ** 2

/** A growth in numbers, and how steep each of its curves gets. */
export function growthReport({ title, unit, points }: Growth): string {
  const curves = [...new Set(points.flatMap(({ seconds }) => Object.keys(seconds)))]
  const rows = points.map(({ amount, seconds, peakBytes }) => [
    amount.toLocaleString('en'),
    ...curves.map((curve) => `${(1000 * (seconds[curve] ?? 0)).toPrecision(3)} ms`),
    (peakBytes / MiB).toFixed(0),
  ])
  const powers = curves.map((curve) => `${curve}: ${steepest(points, curve).toFixed(2)}`).join('; ')
  return `### ${title}

${toTable([unit, ...curves, 'peak MiB'], rows)}

The steepest that time gets, as a power of the number of ${unit} (1 is linear): ${powers}.`
}
