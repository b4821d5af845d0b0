import type { Storage } from '../../src/storage/storage.ts'
import type { Recover } from '../../src/storage/transaction.ts'
import { SeededRandom } from '../endurance/seeded-random.ts'
import { brokenPromises } from './broken-promises.ts'
import { Ledger } from './ledger.ts'
import { OPERATIONS } from './operation.ts'
import type { OperationName } from './operation.ts'
import { inSeededWorld } from './seeded-world.ts'
import { SimulatedActor } from './simulated-actor.ts'
import type { SimulatedEngine } from './simulated-engine.ts'
import { SimulatedForm } from './simulated-form.ts'
import { ProcessDied, SimulatedProcess } from './simulated-process.ts'
import type { ProcessOptions } from './simulated-process.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How a random program is made. */
export interface ProgramOptions {
  readonly seed: number
  /** Makes the engine of the program. */
  readonly newEngine: (seed: number, faultRate: number) => SimulatedEngine
}

/** The result of a program. */
export interface ProgramResult {
  readonly engine: SimulatedEngine
  /** Promises that were broken. */
  readonly faults: readonly string[]
  readonly ledger: Ledger
}

/** Runs the random program of a seed, and then looks at what is left in the bucket. */
export async function simulatedProgram({ seed, newEngine }: ProgramOptions): Promise<ProgramResult> {
  const random = new SeededRandom(seed)
  const engine = newEngine(seed, random.pick([0, 0.03, 0.1, 0.25]))
  const ledger = new Ledger()
  const work = inSeededWorld(engine, seed, async () => {
    const program = new Program(engine, ledger, random.fork())
    try {
      await program.run()
    } catch (error) {
      return [...ledger.faults, `the program failed: ${causeOf(error)}`]
    }
    return [...ledger.faults, ...(await brokenPromises(engine, ledger, random.fork()))]
  })
  const faults = await work.catch((error: unknown) => [String(error)])
  return { engine, faults, ledger }
}

class Program {
  readonly #engine: SimulatedEngine
  readonly #ledger: Ledger
  readonly #random: SeededRandom
  readonly #recovery: ProcessOptions
  readonly #processes: SimulatedProcess[]
  #isCalm = false

  constructor(engine: SimulatedEngine, ledger: Ledger, random: SeededRandom) {
    this.#engine = engine
    this.#ledger = ledger
    this.#random = random
    const recoverFences = random.chance(0.5)
    this.#recovery = random.chance(0.8) ? { recover: this.#recoverer(recoverFences), recoverFences } : {}
    const count = random.integer(1, 3)
    this.#processes = Array.from({ length: count }, (_, index) => {
      return new SimulatedProcess(engine, `p${index + 1}`, this.#recovery)
    })
  }

  async run(): Promise<void> {
    const random = this.#random
    for (const process of this.#processes) if (random.chance(0.4)) process.dieAfter(random.integer(1, 100))
    const actors = this.#processes.flatMap((process) => [process, process]).map((process) => this.#newActor(process))
    await Promise.all(actors.map((actor) => this.#act(actor, actors)))
    await this.#cool()
    await this.#sweepUp()
  }

  #newActor(process: SimulatedProcess): SimulatedActor {
    return new SimulatedActor(process, this.#ledger, this.#random.fork(), this.#engine.now)
  }

  async #act(actor: SimulatedActor, actors: readonly SimulatedActor[]): Promise<void> {
    try {
      for (let step = actor.random.integer(1, 4); step > 0; step--) await this.#step(actor, actors)
    } catch (error) {
      if (error instanceof ProcessDied) return
      this.#ledger.faults.push(`${actor.process.name}: ${error instanceof Error ? error.stack : String(error)}`)
    }
  }

  #step(actor: SimulatedActor, actors: readonly SimulatedActor[]): Promise<void> {
    const { random } = actor
    const hasRecover = this.#recovery.recover !== undefined
    const form = async (): Promise<void> => {
      const nap = (): Promise<void> => this.#nap(actor)
      await new SimulatedForm(actor, { hasRecover, now: this.#engine.now, nap }).run()
    }
    const steps = [
      [6, () => actor.upload()],
      [8, form],
      [3, () => actor.delete()],
      [2, () => actor.keep(actors)],
      [2, () => actor.adopt()],
      [2, () => actor.read()],
      [2, () => actor.list()],
      [2, () => actor.sweep()],
      [1, () => this.#outage(random)],
    ] as const
    const all = steps.flatMap(([weight, step]) => Array.from({ length: weight }, () => step))
    return random.pick(all)()
  }

  /** A process does nothing for a while, and others take it for dead. */
  async #nap(actor: SimulatedActor): Promise<void> {
    const { random } = actor
    if (!random.chance(0.15)) return
    this.#engine.advance(random.chance(0.7) ? 3 * MINUTE_MS : 25 * HOUR_MS)
    const awake = this.#processes.filter((process) => process !== actor.process && !process.isDead)
    if (awake.length === 0) return
    const other = this.#newActor(random.pick(awake))
    for (let sweeps = random.integer(1, 2); sweeps > 0; sweeps--) {
      await other.sweep().catch((error: unknown) => {
        if (!(error instanceof ProcessDied)) throw error
      })
      if (actor.process.isDead) throw new ProcessDied()
    }
  }

  /** The engine answers 500 to everything for a while. */
  async #outage(random: SeededRandom): Promise<void> {
    const operations = Object.keys(OPERATIONS).filter(isOperation)
    for (const operation of operations) this.#engine.refuse(operation, 'InternalError')
    await sleep(random.magnitude(10, MINUTE_MS))
    for (const operation of operations) this.#engine.allow(operation)
  }

  /** Ends all faults. Processes that are alive do what they have left to a sweep, or die. */
  async #cool(): Promise<void> {
    this.#isCalm = true
    await this.#engine.settle()
    // Requests of the dead arrive now, or never.
    await sleep(1)
    for (const process of this.#processes) {
      if (this.#random.chance(0.4)) process.kill()
      if (process.isDead) continue
      process.dieAfter(Infinity)
      const storages = Object.values(process.storages)
      await this.#sweep(storages)
      // Another process may have begun to settle a transaction.
      this.#engine.advance(3 * MINUTE_MS)
      await this.#sweep(storages)
      for (const storage of storages) await storage.close()
    }
  }

  /** Days later, fresh processes sweep. */
  async #sweepUp(): Promise<void> {
    await sleep(1)
    this.#engine.advance(8 * DAY_MS)
    const names = this.#random.chance(0.5) ? ['sweeper'] : ['sweeper', 'rival']
    const sweepers = names.map((name) => {
      return new SimulatedProcess(this.#engine, name, { ...this.#recovery, skewMs: 2 * DAY_MS })
    })
    for (let round = 0; round < 3; round++) {
      const storages = sweepers.flatMap((process) => Object.values(process.storages))
      await this.#sweep(storages)
      this.#engine.advance(round === 0 ? 3 * MINUTE_MS : 2 * DAY_MS)
    }
    for (const process of sweepers) for (const storage of Object.values(process.storages)) await storage.close()
    await this.#engine.settle()
    this.#engine.collectGarbage()
  }

  /** Without faults of the engine, a sweep has no reason to fail. */
  async #sweep(storages: readonly Storage[]): Promise<void> {
    const results = await Promise.allSettled(storages.map((storage) => storage.sweep()))
    for (const result of results) {
      if (result.status === 'rejected') this.#ledger.faults.push(`a sweep failed: ${causeOf(result.reason)}`)
    }
  }

  #recoverer(isFencing: boolean): Recover {
    return ({ id }) => {
      if (!this.#isCalm && this.#random.chance(0.1)) throw new Error('The database does not answer')
      const { rows } = this.#ledger
      if (isFencing && !rows.has(id)) rows.set(id, 'fenced')
      return rows.get(id) === 'stored' ? 'publish' : 'discard'
    }
  }
}

function isOperation(name: string): name is OperationName {
  return name in OPERATIONS
}

function causeOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? causeOf(error.cause) : String(error)
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs))
}
