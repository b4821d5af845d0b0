// `npm run runtimes`: runs the contracts in every runtime, and writes what came of it into docs/runtimes.md.
import { readFile, writeFile } from 'node:fs/promises'
import { DATA, matrixTable, PAGE, toRow, withTable } from './matrix.ts'
import type { MatrixRow } from './matrix.ts'
import { runSuite, runWorkerSuite } from './run-suite.ts'
import { RuntimeFolder } from './runtime-folder.ts'
import { NEST_PACKAGES, RUNTIMES, WORKER_PACKAGES, WORKERD } from './runtime-list.ts'
import { SUITES_BY_NAME } from './suites-by-name.ts'

const packages = RUNTIMES.map((runtime) => `${runtime.package}@${runtime.version}`)
await using folder = await RuntimeFolder.create([...packages, ...NEST_PACKAGES, ...WORKER_PACKAGES])
const rows: MatrixRow[] = []
function add(row: MatrixRow): void {
  rows.push(row)
  console.log(`${row.runtime} ${row.version}, ${row.suite}: ${row.kept} of ${row.promises}`)
}
for (const runtime of RUNTIMES) {
  for (const suite of runtime.suites) add(toRow(runtime, suite, await runSuite(folder, runtime, suite)))
}
for (const suite of WORKERD.suites) add(toRow(WORKERD, suite, await runWorkerSuite(folder)))
await writeFile(DATA, `${JSON.stringify(rows, undefined, 2)}\n`)
await writeFile(PAGE, withTable(await readFile(PAGE, 'utf8'), matrixTable(rows, SUITES_BY_NAME)))
