import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SeededRandom } from '../endurance/seeded-random.ts'

interface Waiting {
  readonly go: () => void
  /** Other operations that go first. */
  hold: number
}

/** Turns of the event loop without any work, after which all clients have sent what they can send now. */
const QUIET_TURNS = 3

/** How long a slow operation is under way if there are no random numbers. */
const SLOW_TURNS = 10

/**
 * The order in which operations reach the engine. With random numbers, it lets the clients go on as far as they can,
 * and then picks one of all waiting operations. So one seed gives one order. Without them, first come, first served.
 */
export class TurnQueue {
  readonly #random: SeededRandom | undefined
  readonly #waiting: Waiting[] = []
  #isRunning = false

  constructor(random: SeededRandom | undefined) {
    this.#random = random
  }

  /** Resolves when it is the caller's turn, at the earliest after `hold` others. */
  turn(hold = 0): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push({ go: resolve, hold })
    this.#start()
    return promise
  }

  /** The same in the middle of an operation that takes a while. */
  async slowTurn(): Promise<void> {
    if (this.#random === undefined) for (let turn = 0; turn < SLOW_TURNS; turn += 1) await nextTurn()
    return this.turn()
  }

  /** Resolves when no operation can go on, and clients wait for timers alone. */
  async idle(): Promise<void> {
    do await quiet()
    while (this.#isRunning)
  }

  get isHoldingBack(): boolean {
    return this.#waiting.length > 0
  }

  /** Lets all go that are held back. */
  release(): void {
    for (const each of this.#waiting) each.hold = 0
    this.#start()
  }

  #start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    void this.#run()
  }

  async #run(): Promise<void> {
    for (;;) {
      await (this.#random === undefined ? nextTurn() : quiet())
      const ready = this.#waiting.filter(({ hold }) => hold === 0)
      const [first] = ready
      if (first === undefined) break
      const next = this.#random?.pick(ready) ?? first
      this.#waiting.splice(this.#waiting.indexOf(next), 1)
      for (const each of this.#waiting) each.hold = Math.max(0, each.hold - 1)
      next.go()
    }
    this.#isRunning = false
  }
}

/** Resolves when the process does nothing any more but wait for timers and sockets. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < QUIET_TURNS; turns += 1) {
    await nextTurn()
    if (process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'))) turns = -1
  }
}
