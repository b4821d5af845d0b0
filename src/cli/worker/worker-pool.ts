import cluster from 'node:cluster'
import { CommandError } from '../command-error.ts'
import { SlotPool } from './slot-pool.ts'
import type { SlotLimits } from './slot-pool.ts'
import { WORKER_COMMAND } from './worker-command.ts'
import type { WorkerMessage } from './worker-message.ts'
import { WorkerProcess } from './worker-process.ts'

/** A worker that ends so soon after it began to listen would end again. */
const QUICK_DEATH_MS = 10_000
/** Of such deaths in a row, as many end the server. */
const MAX_QUICK_DEATHS = 5
/** What workers have beyond the grace of their requests before they are killed: one that hangs stops no more. */
const HANGING_MS = 5000
/** Of a worker that was told to, and left nothing. */
const ENDED_WELL = 'with exit code 0'
/** The most that a timer counts to. */
const MAX_TIMER_MS = 2 ** 31 - 1

export interface WorkerPoolOptions {
  /** How many. */
  readonly count: number
  /** What was typed after the program's name, which workers read again. */
  readonly typed: readonly string[]
  /** Absolute. */
  readonly folder: string
  /** Absent: the default, or the next one that is free. */
  readonly port: number | undefined
  /** What the file of `--auth` says. */
  readonly authFile: string | undefined
  readonly limits: SlotLimits
  /** Removes or settles what a worker left that was killed. */
  readonly sweep: () => Promise<unknown>
  /** Told of what a worker prints: a line, or a failure. */
  readonly onLine: (text: string, isFailure: boolean) => void
  /** Told of workers that ended by themselves. */
  readonly onDeath: (sentence: string) => void
}

/** Processes that serve one folder at one port. One that ends by itself is replaced. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions
  readonly #slots: SlotPool<WorkerProcess>
  readonly #workers = new Set<WorkerProcess>()
  readonly #failed = Promise.withResolvers<string>()
  /** Rejects where one that listens already ends before all of them do. */
  readonly #lost = Promise.withResolvers<never>()
  /** What workers listen on: they share one port where they ask for the same number, and 0 is one, too. */
  #askedPort: number | undefined
  #port = 0
  #isReady = false
  #isClosing = false
  #quickDeaths = 0
  #sweeping: Promise<unknown> = Promise.resolve()

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#askedPort = options.port
    this.#slots = new SlotPool(options.limits)
    // Told to `start` alone.
    this.#lost.promise.catch(() => {})
  }

  /**
   * Starts the workers. Resolves when all of them listen, to the port.
   *
   * @throws {CommandError} where one of them cannot; then none is left.
   */
  async start(): Promise<number> {
    const { count, typed } = this.#options
    // Each accepts for itself. Handed over by the primary (SCHED_RR), a connection that a dying worker has not yet said yes
    // to would stay open for ever, with nobody at its other end.
    cluster.schedulingPolicy = cluster.SCHED_NONE
    cluster.setupPrimary({ args: [WORKER_COMMAND, ...typed] })
    try {
      // The first one finds the port.
      this.#port = await this.#fork().listening
      if (this.#askedPort !== 0) this.#askedPort = this.#port
      const others = Array.from({ length: count - 1 }, () => this.#fork().listening)
      await Promise.race([Promise.all(others), this.#lost.promise])
    } catch (error) {
      await this.close(0)
      throw error
    }
    this.#isReady = true
    return this.#port
  }

  /** Resolves where workers cannot be kept alive, to why; for as long as they can, never. */
  get failed(): Promise<string> {
    return this.#failed.promise
  }

  /**
   * Has all workers take no more requests and end. Resolves when they are gone, and nothing half done is left.
   *
   * @param graceMs milliseconds after which requests that are still running are cut off; a later call may shorten it
   * @param onBusy told how many there are, if any
   */
  async close(graceMs: number, onBusy?: (requests: number) => void): Promise<void> {
    this.#isClosing = true
    const workers = [...this.#workers]
    const killing = setTimeout(() => this.#kill(), Math.min(graceMs + HANGING_MS, MAX_TIMER_MS))
    const busy = await Promise.all(workers.map((worker) => worker.stop(graceMs)))
    const requests = busy.reduce((sum, count) => sum + count, 0)
    if (requests > 0) onBusy?.(requests)
    await Promise.all(workers.map(({ ended }) => ended))
    clearTimeout(killing)
    await this.#sweeping
  }

  #fork(): WorkerProcess {
    const { folder, authFile } = this.#options
    const worker = new WorkerProcess({ kind: 'serve', folder, port: this.#askedPort, authFile }, (from, message) =>
      this.#hear(from, message),
    )
    this.#workers.add(worker)
    void worker.ended.then((how) => this.#bury(worker, how))
    return worker
  }

  #hear(worker: WorkerProcess, message: WorkerMessage): void {
    if (message.kind === 'line') this.#options.onLine(message.text, message.isFailure)
    else if (message.kind === 'free-slot') this.#slots.free(worker, message.client)
    else if (message.kind === 'take-slot') {
      worker.tell({ kind: 'slot', id: message.id, answer: this.#slots.take(worker, message.client) })
    }
  }

  #bury(worker: WorkerProcess, how: string): void {
    this.#workers.delete(worker)
    this.#slots.forget(worker)
    if (how !== ENDED_WELL) this.#sweep()
    // With the only one that held it, the port may be lost: better no start than one that tells another port.
    if (!this.#isReady) this.#lost.reject(new CommandError(`a worker ended ${how} before all were ready`, 1))
    if (!this.#isReady || this.#isClosing) return
    const { listeningSince = Infinity } = worker
    const lived = performance.now() - listeningSince
    this.#quickDeaths = lived < QUICK_DEATH_MS ? this.#quickDeaths + 1 : 0
    if (this.#quickDeaths === MAX_QUICK_DEATHS) {
      this.#failed.resolve(`${MAX_QUICK_DEATHS} workers in a row ended soon after their start, the last one ${how}`)
    } else if (this.#quickDeaths < MAX_QUICK_DEATHS) {
      this.#options.onDeath(`a worker ended ${how}; another takes its place`)
      void this.#replace()
    }
  }

  async #replace(): Promise<void> {
    // Where nobody holds the port any more, 0 would be another one.
    const isHeld = [...this.#workers].some(({ listeningSince }) => listeningSince !== undefined)
    if (!isHeld) this.#askedPort = this.#port
    const worker = this.#fork()
    try {
      if ((await worker.listening) !== this.#port) worker.kill()
    } catch (error) {
      // It ends, or has ended, and is buried as well.
      if (!(error instanceof CommandError)) throw error
      if (!this.#isClosing) this.#options.onDeath(error.message)
    }
  }

  #sweep(): void {
    this.#sweeping = this.#sweeping.then(() => this.#options.sweep())
  }

  #kill(): void {
    for (const worker of this.#workers) worker.kill()
  }
}
