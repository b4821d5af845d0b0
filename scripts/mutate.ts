// Removes the guards of docs/guards.md one by one, each in a copy of the sources, and expects the tests next to it to
// fail: `npm run mutate`, or `npm run mutate -- 3 11` for some promises. The last line is `N passed, N failed`.
import { join } from 'node:path'
import { argv, exit } from 'node:process'
import type { Mutation, NamedTest } from '../test/promises/mutation.ts'
import { PROMISES } from '../test/promises/promises.ts'
import { checkTypes, runTests } from '../test/promises/test-run.ts'
import type { TestRun } from '../test/promises/test-run.ts'
import { Workspace } from '../test/promises/workspace.ts'

const WORKERS = 2
const root = join(import.meta.dirname, '..')

interface Job {
  /** The number of the promise. */
  readonly promise: number
  readonly mutation: Mutation
}

const wanted = argv.slice(2).map(Number)
const jobs: Job[] = PROMISES.flatMap(({ mutations }, index) =>
  mutations.map((mutation) => ({ promise: index + 1, mutation })),
).filter(({ promise }) => wanted.length === 0 || wanted.includes(promise))
if (jobs.length === 0) {
  console.error(`There is no such promise; there are 1 to ${PROMISES.length}.`)
  exit(2)
}

const counts = { passed: 0, failed: 0 }
const workspaces = Array.from({ length: WORKERS }, () => new Workspace(root))
try {
  const [first, second] = workspaces
  if (first === undefined || second === undefined) throw new Error('There are two workers.')
  const [, mistakes] = await Promise.all([requireGreen(first), typeMistakes(second)])
  const queue = jobs.values()
  await Promise.all(workspaces.map((workspace) => work(workspace, queue, mistakes)))
} finally {
  for (const workspace of workspaces) workspace[Symbol.dispose]()
}
console.log(`${counts.passed} passed, ${counts.failed} failed`)
exit(counts.failed === 0 ? 0 : 1)

/** A test that fails though every guard is in its place proves nothing. */
async function requireGreen(workspace: Workspace): Promise<void> {
  const tests = new Map(jobs.flatMap(({ mutation }) => mutation.tests).map((named) => [named.join('\n'), named]))
  const named = [...tests.values()]
  const run = await runTests(workspace.path, named, { missingGuard: false })
  const complaints = 'broken' in run ? [run.broken] : complaintsOf(named, run, true)
  for (const complaint of complaints) report('not ok', `with every guard in its place, ${complaint}`)
}

/** The compiler's messages without a guard. It names the file, so it checks one mutation of each file at a time. */
async function typeMistakes(workspace: Workspace): Promise<ReadonlyMap<Mutation, string>> {
  const mistakes = new Map<Mutation, string>()
  const files = Object.values(Object.groupBy(jobs, ({ mutation }) => mutation.file))
  const rounds = Math.max(...files.map((group = []) => group.length))
  for (let round = 0; round < rounds; round += 1) {
    using guards = new DisposableStack()
    const tried: Mutation[] = []
    for (const group of files) {
      const mutation = group?.[round]?.mutation
      if (mutation === undefined) continue
      try {
        guards.use(workspace.without(mutation))
        tried.push(mutation)
      } catch (error) {
        // The text to replace does not stand there once.
        mistakes.set(mutation, error instanceof Error ? error.message : String(error))
      }
    }
    const said = await checkTypes(workspace.path)
    if (said === '') continue
    const blamed = tried.filter(({ file }) => said.includes(file))
    for (const mutation of blamed.length > 0 ? blamed : tried) mistakes.set(mutation, `it does not compile: ${said}`)
  }
  return mistakes
}

async function work(
  workspace: Workspace,
  queue: Iterator<Job>,
  mistakes: ReadonlyMap<Mutation, string>,
): Promise<void> {
  for (let next = queue.next(); next.done !== true; next = queue.next()) {
    const { promise, mutation } = next.value
    const began = performance.now()
    const mistake = mistakes.get(mutation)
    const complaints = mistake === undefined ? await judge(workspace, mutation) : [mistake]
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    const files = [...new Set(mutation.tests.map(([file]) => file))].join(', ')
    const verdict = complaints.length === 0 ? `noticed in ${seconds} s` : complaints.join('; ')
    report(
      complaints.length === 0 ? 'ok' : 'not ok',
      [String(promise).padStart(2), mutation.guard, files, verdict].join(' | '),
    )
  }
}

/** The complaints about a mutation; empty if each of its tests notices it. */
async function judge(workspace: Workspace, mutation: Mutation): Promise<string[]> {
  using _ = workspace.without(mutation)
  const complaints: string[] = []
  for (const named of mutation.tests) {
    // One after the other, since a run ends at its first failure.
    const run = await runTests(workspace.path, [named], { missingGuard: true })
    complaints.push(...('broken' in run ? [run.broken] : complaintsOf([named], run, false)))
  }
  return complaints
}

function complaintsOf(
  tests: readonly NamedTest[],
  { cases }: Exclude<TestRun, { broken: string }>,
  shouldPass: boolean,
): string[] {
  return tests.flatMap(([file, title], index) => {
    const found = cases[index] ?? []
    const name = `"${title}" of ${file}`
    if (found.length === 0) return [`${name} was not run`]
    const failed = found.filter(({ passed }) => !passed)
    if (shouldPass) return failed.map(({ reason }) => `${name} fails: ${reason}`)
    if (failed.length === 0) return [`${name} does not notice`]
    // A name that the mutation uses and the file does not have.
    const wrong = failed.find(({ reason }) => /^ReferenceError\b/.test(reason))
    return wrong === undefined ? [] : [`${name} fails for a reason of its own: ${wrong.reason}`]
  })
}

function report(verdict: 'ok' | 'not ok', line: string): void {
  counts[verdict === 'ok' ? 'passed' : 'failed'] += 1
  console.log(`${verdict} | ${line}`)
}
