import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INSTALL_MS } from '../npm.ts'
import { DATA, matrixTable, PAGE, tableIn } from './matrix.ts'
import type { MatrixRow } from './matrix.ts'
import { runSuite } from './run-suite.ts'
import { RuntimeFolder } from './runtime-folder.ts'
import { NEST_PACKAGES, RUNTIMES } from './runtime-list.ts'
import { SUITES_BY_NAME } from './suites-by-name.ts'

// Node 24 runs the contracts in the tests of each adapter and storage; workerd does in `npm run runtimes`.
const TRIED = RUNTIMES.filter(({ name }) => name !== 'Node 24')
const rows: readonly MatrixRow[] = JSON.parse(await readFile(DATA, 'utf8'))
let folder: RuntimeFolder

beforeAll(async () => {
  folder = await RuntimeFolder.create([
    ...TRIED.map((runtime) => `${runtime.package}@${runtime.version}`),
    ...NEST_PACKAGES,
  ])
}, INSTALL_MS)

afterAll(async () => await folder[Symbol.asyncDispose]())

describe.each(TRIED)('$name', (runtime) => {
  // Nest stands on node:http: the oldest Node will do here, and `npm run runtimes` runs it in all.
  const suites = runtime.suites.filter(({ name }) => runtime.name === 'Node 22' || !name.startsWith('Nest'))

  test.each(suites)('keeps on $name every promise but those that the table names', async (suite) => {
    const outcomes = await runSuite(folder, runtime, suite)
    const broken = outcomes.filter(({ passed }) => !passed)
    expect(broken.map(({ name }) => name).toSorted(), JSON.stringify(broken)).toEqual(
      Object.keys(suite.cannot).toSorted(),
    )
    expect(outcomes.length).toBeGreaterThan(30)
  })
})

describe('docs/runtimes.md', () => {
  test('shows what was measured', async () => {
    expect(tableIn(await readFile(PAGE, 'utf8'))).toBe(matrixTable(rows, SUITES_BY_NAME))
  })

  test('has a row for every contract of every runtime, in its version, and no limit that was not seen', () => {
    const suites = new Map(rows.map((row) => [`${row.runtime} ${row.suite}`, row.broken.toSorted()]))
    const expected = [...SUITES_BY_NAME].map(([name, { cannot }]) => [name, Object.keys(cannot).toSorted()] as const)
    expect(suites).toEqual(new Map(expected))
    for (const { name, version } of RUNTIMES) {
      expect(rows.filter(({ runtime }) => runtime === name).every((row) => row.version === version)).toBe(true)
    }
  })
})
