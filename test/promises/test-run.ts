import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { execPath } from 'node:process'
import { text } from 'node:stream/consumers'
import { titlePattern } from './mutation.ts'
import type { NamedTest } from './mutation.ts'

/** Milliseconds after which a test without its guard has failed. With the guard, each takes far less. */
const TEST_TIMEOUT_MS = 10_000
/** Milliseconds after which a run is killed. Without a guard, a loop may go on for ever. */
const RUN_TIMEOUT_MS = 240_000

/** The outcome of one case of a named test. */
interface TestCase {
  readonly passed: boolean
  /** The first line of its error; '' if it passed. */
  readonly reason: string
}

/** The cases of each named test, in their order, or the reason why there are none. */
export type TestRun = { readonly cases: readonly (readonly TestCase[])[] } | { readonly broken: string }

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

export interface RunOptions {
  /** Without a guard, each test gets little time, and the first failure ends the run. Other tests may have no cases. */
  readonly missingGuard: boolean
}

/** Runs only the named tests, with the sources in `folder`. */
export async function runTests(
  folder: string,
  tests: readonly NamedTest[],
  { missingGuard }: RunOptions,
): Promise<TestRun> {
  const reportPath = join(folder, 'report.json')
  rmSync(reportPath, { force: true })
  const patterns = [...new Set(tests.map(([, title]) => titlePattern(title).source))]
  const ended = await run(folder, [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...new Set(tests.map(([file]) => file)),
    '--typecheck.enabled=false',
    '--no-cache',
    '--reporter=json',
    `--outputFile=${reportPath}`,
    ...(missingGuard ? [`--testTimeout=${TEST_TIMEOUT_MS}`, `--hookTimeout=${TEST_TIMEOUT_MS}`, '--bail=1'] : []),
    '-t',
    patterns.join('|'),
  ])
  if (ended.timedOut) return { broken: `did not end within ${RUN_TIMEOUT_MS / 1000} s` }
  const { testResults } = readReport(reportPath, ended.output)
  const broken = testResults.find(({ assertionResults }) => assertionResults.length === 0)
  if (broken !== undefined) return { broken: `${relative(folder, broken.name)} cannot be loaded: ${broken.message}` }
  return { cases: tests.map((named) => casesOf(named, folder, testResults)) }
}

/** The messages of the compiler about the sources in `folder`; '' if it has none. */
export async function checkTypes(folder: string): Promise<string> {
  const { code, output } = await run(folder, ['node_modules/typescript/lib/tsc.js', '-p', 'tsconfig.mutation.json'])
  return code === 0 ? '' : output.trim() || `tsc ended with ${code}`
}

function casesOf([file, title]: NamedTest, folder: string, results: Report['testResults']): TestCase[] {
  const pattern = titlePattern(title)
  return results
    .filter(({ name }) => relative(folder, name) === file)
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName, status }) => pattern.test(fullName) && (status === 'passed' || status === 'failed'))
    .map(({ status, failureMessages: [message = ''] }) => ({
      passed: status === 'passed',
      reason: message.split('\n', 1)[0] ?? '',
    }))
}

function readReport(path: string, output: string): Report {
  try {
    const report: Report = JSON.parse(readFileSync(path, 'utf8'))
    return report
  } catch (error) {
    throw new Error(`vitest made no report:\n${output}`, { cause: error })
  }
}

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly timedOut: boolean
}

async function run(cwd: string, typed: readonly string[]): Promise<Ended> {
  const child = spawn(execPath, typed, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    child.kill('SIGKILL')
  }, RUN_TIMEOUT_MS)
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  clearTimeout(timer)
  return { code: child.exitCode, output: stdout + stderr, timedOut }
}
