import { setImmediate } from 'node:timers/promises'

/** The most milliseconds of one turn. The process cannot do other work meanwhile. */
const LONGEST_MS = 2

/** Splits long work into short turns, so that the process does other work between them. */
export class TurnLength {
  #start = performance.now()

  /** Ends the turn if it has been long enough. */
  async endIfLong(): Promise<void> {
    if (performance.now() - this.#start < LONGEST_MS) return
    await setImmediate()
    this.#start = performance.now()
  }
}
