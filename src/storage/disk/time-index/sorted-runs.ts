import { compareTimedFiles, mergeTimedFiles } from './timed-file.ts'
import type { TimedFile } from './timed-file.ts'

/**
 * Sorts files that come in parts. Each part is sorted by itself, and then merged with other parts of about its size. So
 * no single step takes as long as sorting all files.
 */
export class SortedRuns {
  /** Each run is at least twice as long as the one after it. */
  readonly #runs: (readonly TimedFile[])[] = []

  add(files: readonly TimedFile[]): void {
    let run: readonly TimedFile[] = files.toSorted(compareTimedFiles)
    for (let last = this.#runs.at(-1); last !== undefined && last.length < 2 * run.length; last = this.#runs.at(-1)) {
      this.#runs.pop()
      run = mergeTimedFiles(last, run)
    }
    this.#runs.push(run)
  }

  files(): readonly TimedFile[] {
    return this.#runs.reduceRight((merged, run) => mergeTimedFiles(run, merged), [])
  }
}
