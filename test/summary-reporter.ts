import { writeSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

/** How a test run ended, in tests; a file that could not be loaded and an error outside of any test count as failed. */
export interface Summary {
  passed: number
  failed: number
  skipped: number
}

const NO_TESTS =
  '`npm test` runs the quick tests and `npm run test:system` the others; test/test-suites.ts says where a file belongs.\n\n'

/**
 * Ends a run's output with `N passed, N failed` (and `, N skipped` if some were) alone on the last line, for people in
 * a hurry and for scripts.
 *
 * It is written when the process exits, since other reporters still print after they are told that the run has ended.
 */
export default class SummaryReporter implements Reporter {
  #summary: Summary = { passed: 0, failed: 0, skipped: 0 }
  #hint = ''

  onInit(): void {
    // Not console.log: a pipe's pending writes are lost at exit.
    process.once('exit', () => writeSync(process.stdout.fd, `${this.#hint}${toLine(this.#summary)}\n`))
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    this.#summary = summarize(modules, unhandledErrors)
    this.#hint = modules.length === 0 ? NO_TESTS : ''
  }
}

function summarize(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): Summary {
  const summary: Summary = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
  for (const module of modules) {
    // An error of a file or a `describe` outside of its tests (a failed import, a hook) does not belong to a test.
    summary.failed += module.errors().length
    for (const suite of module.children.allSuites()) summary.failed += suite.errors().length
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed' || state === 'failed') summary[state] += 1
      else summary.skipped += 1
    }
  }
  return summary
}

function toLine({ passed, failed, skipped }: Summary): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
