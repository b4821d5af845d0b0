import { join } from 'node:path'
import { alignedTable } from '../aligned-table.ts'
import type { Outcome } from './outcome.ts'
import type { Suite } from './runtime-list.ts'

/** The page, and the part of it that `npm run runtimes` writes. */
export const PAGE: string = join(import.meta.dirname, '..', '..', 'docs', 'runtimes.md')
export const DATA: string = join(import.meta.dirname, 'matrix.json')

/** One line of the table, as measured. */
export interface MatrixRow {
  readonly runtime: string
  readonly version: string
  readonly suite: string
  readonly kept: number
  readonly promises: number
  /** The promises that are not kept. */
  readonly broken: readonly string[]
}

export function toRow(
  runtime: { name: string; version: string },
  suite: Suite,
  outcomes: readonly Outcome[],
): MatrixRow {
  const broken = outcomes.filter(({ passed }) => !passed).map(({ name }) => name)
  return {
    runtime: runtime.name,
    version: runtime.version,
    suite: suite.name,
    kept: outcomes.length - broken.length,
    promises: outcomes.length,
    broken,
  }
}

/** The table, and below it the promises that a runtime does not keep, each with the reason. */
export function matrixTable(rows: readonly MatrixRow[], suites: ReadonlyMap<string, Suite>): string {
  const cells = rows.map(({ runtime, version, suite, kept, promises }) => [
    runtime,
    version,
    suite,
    `${kept} of ${promises}`,
  ])
  const lines = [alignedTable([['Runtime', 'Version', 'Contract', 'Promises kept'], ...cells])]
  for (const { runtime, suite, broken } of rows) {
    if (broken.length === 0) continue
    lines.push('', `${runtime} (${suite}) does not keep these promises:`, '')
    for (const name of broken) {
      const reason = suites.get(`${runtime} ${suite}`)?.cannot[name]
      if (reason === undefined) throw new Error(`${runtime} (${suite}) breaks a promise for no known reason: ${name}`)
      lines.push(`- _${name}_:`, `  ${reason}`)
    }
  }
  return lines.join('\n')
}

const BEGIN = '<!-- Written by `npm run runtimes`. -->'
const END = '<!-- End of what it wrote. -->'

/** The table as it stands in a page. */
export function tableIn(page: string): string {
  return page.slice(page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)).trim()
}

export function withTable(page: string, table: string): string {
  return `${page.slice(0, page.indexOf(BEGIN))}${BEGIN}\n\n${table}\n\n${page.slice(page.indexOf(END))}`
}
