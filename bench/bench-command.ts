// npm run bench [-- AREA...] [--only decant,raw-pipe] [--workload small] [--rounds 5] [--folder DIR] [--seed 1] [--add]
//
// An area is `upload`, `decode`, `serve`, `memory` or `report`. The default is all of these, which takes a quarter of
// an hour on two cores. `growth` is another area, with --workload parts, connections, size or files. A workload is
// stored if it was measured with all contestants. `report` writes docs/benchmarks.md from the stored rounds and prints
// our targets. `--add` adds rounds to the stored ones. With another `--folder`, results are printed only.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, execPath } from 'node:process'
import { parseArgs } from 'node:util'
import { positiveNumber } from '../test/endurance/positive-number.ts'
import { findSender } from './client/sender.ts'
import { growthChart } from './growth/growth-chart.ts'
import { growthReport } from './growth/growth-report.ts'
import { storedGrowths, storeGrowth } from './growth/growth-store.ts'
import { GROWTHS, measureGrowth } from './growth/measure-growth.ts'
import { areas } from './measure/areas.ts'
import type { Area } from './measure/areas.ts'
import type { Bench } from './measure/bench.ts'
import { createBenchFolder } from './measure/bench-folder.ts'
import { createBlock } from './measure/block.ts'
import { chosen, parseChoice } from './measure/choice.ts'
import { isRivalProgram } from './measure/contestant.ts'
import { installRivals } from './measure/install-rivals.ts'
import type { Run } from './measure/run.ts'
import { storedRuns, storeRuns } from './measure/run-store.ts'
import { benchmarksPage } from './report/benchmarks-page.ts'
import { areaReport } from './report/area-report.ts'
import { targetsTable } from './report/targets-table.ts'

const root = join(import.meta.dirname, '..')

const { values, positionals } = parseArgs({
  args: argv.slice(2),
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    workload: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    folder: { type: 'string' },
    seed: { type: 'string', default: '1' },
    add: { type: 'boolean', default: false },
  },
})

const usual = [...areas.map(({ name }): string => name), 'report']
const names = [...usual, 'growth']
const what = positionals.length === 0 ? usual : positionals
const growths = what.includes('growth') ? GROWTHS : []
const unknown = what.find((name) => !names.includes(name))
if (unknown !== undefined) throw new TypeError(`There is no ${unknown} to measure, but ${names.join(', ')}.`)
const measured = areas.filter(({ name }) => what.includes(name))
const only = parseChoice('only', values.only, namesOf(measured.flatMap(({ contestants }) => contestants)))
const workload = parseChoice(
  'workload',
  values.workload,
  namesOf([...measured.flatMap(({ workloads }) => workloads), ...growths]),
)
const isKept = only === undefined && values.folder === undefined

if (measured.length + growths.length > 0) await measure(measured)
if (what.includes('report')) report()

async function measure(chosenAreas: readonly Area[]): Promise<void> {
  const programs = chosenAreas.flatMap(({ contestants }) => chosen(contestants, only)).map(({ program }) => program)
  if (programs.some(isRivalProgram)) await installRivals()
  const rounds = positiveNumber('rounds', values.rounds)
  const seed = positiveNumber('seed', values.seed)
  const sender = findSender()
  const folder = createBenchFolder(values.folder)
  const bench: Bench = { sender, folder, block: createBlock(folder), rounds, seed }
  for (const area of chosenAreas) {
    await area.measure(bench, only, workload, (runs) => {
      if (isKept) storeRuns(runs, values.add)
      tell(area, isKept ? ofSameWorkloads(runs) : runs)
    })
  }
  for (const { name } of chosen(growths, workload)) {
    const growth = await measureGrowth(bench, name)
    if (isKept) storeGrowth(growth)
    console.log(`\n${growthReport(growth)}`)
  }
}

function tell(area: Area, runs: readonly Run[]): void {
  console.log(`\n${areaReport(area, runs)}`)
  tellTargets(runs)
}

/** Targets are for us, so they are not in docs/benchmarks.md. */
function tellTargets(runs: readonly Run[]): void {
  const table = targetsTable(runs)
  if (table !== '') console.log(`\nTargets:\n\n${table}`)
}

/** With the rounds that were stored before, too. */
function ofSameWorkloads(runs: readonly Run[]): Run[] {
  return storedRuns().filter((stored) =>
    runs.some((run) => run.area === stored.area && run.workload === stored.workload),
  )
}

function report(): void {
  const page = join(root, 'docs', 'benchmarks.md')
  const runs = storedRuns()
  const measuredGrowths = storedGrowths()
  tellTargets(runs)
  writeFileSync(page, benchmarksPage(runs, measuredGrowths))
  if (measuredGrowths.length > 0) mkdirSync(join(root, 'docs', 'growth'), { recursive: true })
  for (const growth of measuredGrowths) {
    writeFileSync(join(root, 'docs', 'growth', `${growth.name}.svg`), growthChart(growth))
  }
  spawnSync(execPath, [join(root, 'node_modules', '.bin', 'oxfmt'), page])
  console.log(`\nwritten: ${page}`)
}

function namesOf(named: readonly { readonly name: string }[]): string[] {
  return named.map(({ name }) => name)
}
