import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import { CommandError } from '../command-error.ts'
import { isWorkerMessage } from './worker-message.ts'
import type { PrimaryMessage, WorkerMessage } from './worker-message.ts'

type Orders = Extract<PrimaryMessage, { kind: 'serve' }>

/** A worker, as the process that started it sees it. */
export class WorkerProcess {
  readonly #worker: Worker
  readonly #orders: Orders
  readonly #onMessage: (worker: WorkerProcess, message: WorkerMessage) => void
  readonly #listening = Promise.withResolvers<number>()
  readonly #ended = Promise.withResolvers<string>()
  readonly #busy = Promise.withResolvers<number>()
  #listeningSince: number | undefined

  /**
   * Starts one, with the arguments that the cluster is set up with.
   *
   * @param onMessage called with lines and slots; the other messages are handled here
   */
  constructor(orders: Orders, onMessage: (worker: WorkerProcess, message: WorkerMessage) => void) {
    this.#orders = orders
    this.#onMessage = onMessage
    this.#worker = cluster.fork()
    this.#worker.on('message', (message: unknown) => {
      if (isWorkerMessage(message)) this.#hear(message)
    })
    // EPIPE, ERR_IPC_CHANNEL_CLOSED: it has just ended, which the exit event reports.
    this.#worker.on('error', () => {})
    this.#worker.on('exit', (code: number | null, signal: string | null) => {
      const how = signal === null ? `with exit code ${code}` : `by ${signal}`
      this.#listening.reject(new CommandError(`a worker ended ${how} before it was ready`, 1))
      this.#busy.resolve(0)
      this.#ended.resolve(how)
    })
    // A rejection that is not waited for, if the server is stopped meanwhile.
    this.#listening.promise.catch(() => {})
  }

  /** Its port. Rejects with a `CommandError` if it ends before it has one. */
  get listening(): Promise<number> {
    return this.#listening.promise
  }

  /** Resolves when the process is gone, to the way it ended: `by SIGKILL`. */
  get ended(): Promise<string> {
    return this.#ended.promise
  }

  /** The time when it began to listen, by `performance.now()`; `undefined` before that. */
  get listeningSince(): number | undefined {
    return this.#listeningSince
  }

  tell(message: PrimaryMessage): void {
    // ERR_IPC_CHANNEL_CLOSED, EPIPE: it has ended, or ends soon.
    if (this.#worker.isConnected()) this.#worker.send(message, () => {})
  }

  /**
   * Makes it refuse new requests, and end when the running ones have. Resolves to the number of these.
   *
   * @param graceMs milliseconds after which the rest is cut off; a later call may shorten it
   */
  stop(graceMs: number): Promise<number> {
    if (this.#listeningSince === undefined) this.kill()
    else this.tell({ kind: 'stop', graceMs })
    return this.#busy.promise
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL')
  }

  #hear(message: WorkerMessage): void {
    if (message.kind === 'started') {
      this.tell(this.#orders)
    } else if (message.kind === 'listening') {
      this.#listeningSince = performance.now()
      this.#listening.resolve(message.port)
    } else if (message.kind === 'refused') {
      this.#listening.reject(new CommandError(message.message, message.exitCode))
    } else if (message.kind === 'stopping') {
      this.#busy.resolve(message.busy)
    } else {
      this.#onMessage(this, message)
    }
  }
}
