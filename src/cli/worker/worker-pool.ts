import cluster from 'node:cluster'
import { CommandError } from '../command-error.ts'
import { SlotPool } from './slot-pool.ts'
import type { SlotLimits } from './slot-pool.ts'
import { WORKER_COMMAND } from './worker-command.ts'
import type { WorkerMessage } from './worker-message.ts'
import { WorkerProcess } from './worker-process.ts'

/** A worker that ends so soon after it began to listen would end again. */
const QUICK_DEATH_MS = 10_000
/** That many such deaths in a row end the server. */
const MAX_QUICK_DEATHS = 5
/**
 * The time beyond the grace of their requests before workers are killed: a worker that hangs does not stop by itself.
 */
const HANGING_MS = 5000
/** The end of a worker that was told to stop, and left nothing. */
const ENDED_WELL = 'with exit code 0'
/** The longest time of a timer. */
const MAX_TIMER_MS = 2 ** 31 - 1

export interface WorkerPoolOptions {
  /** The number of workers. */
  readonly count: number
  /** The arguments after the program's name, which workers read again. */
  readonly typed: readonly string[]
  /** Absolute. Absent if the files are kept in a bucket. */
  readonly folder: string | undefined
  /** Absent: the default port, or the next free one. */
  readonly port: number | undefined
  /** The text of the file of `--auth`. */
  readonly authFile: string | undefined
  readonly limits: SlotLimits
  /** Removes or settles the leftovers of a killed worker. */
  readonly sweep: () => Promise<unknown>
  /** Called with the output of a worker: a line, or a failure. */
  readonly onLine: (text: string, isFailure: boolean) => void
  /** Called with workers that ended by themselves. */
  readonly onDeath: (sentence: string) => void
}

/** Processes that serve one storage at one port. A process that ends by itself is replaced. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions
  readonly #slots: SlotPool<WorkerProcess>
  readonly #workers = new Set<WorkerProcess>()
  readonly #failed = Promise.withResolvers<string>()
  /** Rejects if a worker that listens ends before all of them listen. */
  readonly #lost = Promise.withResolvers<never>()
  /** The port of the workers: they share one if they ask for the same number, and 0 is a number too. */
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
    // Only `start` may call it.
    this.#lost.promise.catch(() => {})
  }

  /**
   * Starts the workers. Resolves to the port when all of them listen.
   *
   * @throws {CommandError} if one of them cannot; then all are gone.
   */
  async start(): Promise<number> {
    const { count, typed } = this.#options
    // Each worker accepts for itself. With SCHED_RR the primary hands connections over. If a worker died before it
    // accepted one, that connection would stay open for ever, with no process at its other end.
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

  /** Resolves to the reason if workers cannot be kept alive; otherwise never. */
  get failed(): Promise<string> {
    return this.#failed.promise
  }

  /**
   * Makes all workers refuse new requests and end. Resolves when they are gone and their unfinished work is removed.
   *
   * @param graceMs milliseconds after which requests that are still running are cut off; a later call may shorten it
   * @param onBusy called with their number, if there are any
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
    // The worker that ended was the only one that held the port, so the port may be lost. Failing is better than
    // another port.
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
    // If no process holds the port any more, 0 would be another one.
    const isHeld = [...this.#workers].some(({ listeningSince }) => listeningSince !== undefined)
    if (!isHeld) this.#askedPort = this.#port
    const worker = this.#fork()
    try {
      if ((await worker.listening) !== this.#port) worker.kill()
    } catch (error) {
      // It is ending, or has ended and was cleaned up.
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
