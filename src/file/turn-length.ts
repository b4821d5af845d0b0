import { setImmediate } from 'node:timers/promises'

/** Milliseconds for which the process may do no other work. */
const LONGEST_MS = 2

/** Splits long work into short turns, so that the process serves others between them. */
export class TurnLength {
  #start = performance.now()

  /** Ends the turn if it has been long enough. */
  async endIfLong(): Promise<void> {
    if (performance.now() - this.#start < LONGEST_MS) return
    await setImmediate()
    this.#start = performance.now()
  }
}
