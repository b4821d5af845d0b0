import { openS3Storage } from '../../src/storage/s3/s3-storage.ts'
import type { S3Storage } from '../../src/storage/s3/s3-storage.ts'
import type { Recover } from '../../src/storage/transaction.ts'
import { EngineConnection, UNSIGNED } from './engine-connection.ts'
import type { SimulatedEngine } from './simulated-engine.ts'

/** The prefixes of the two storages of a process. */
export const PLACES = ['one', 'two'] as const
export type PlaceName = (typeof PLACES)[number]

/** Options of a process. */
export interface ProcessOptions {
  readonly recover?: Recover | undefined
  readonly recoverFences?: boolean | undefined
  readonly skewMs?: number | undefined
}

/** The process of an operation is dead. */
export class ProcessDied extends Error {}

/** A process with two storages on one bucket. It can die in the middle of an operation. */
export class SimulatedProcess {
  readonly name: string
  readonly storages: Readonly<Record<PlaceName, S3Storage>>
  readonly #connection: EngineConnection
  readonly #death: PromiseWithResolvers<never> = Promise.withResolvers()
  #isDead = false
  #requests = 0
  #lastRequest = Infinity

  constructor(engine: SimulatedEngine, name: string, { skewMs = 0, ...recovery }: ProcessOptions = {}) {
    this.name = name
    this.#connection = new EngineConnection(engine, name)
    this.#death.promise.catch(() => {})
    const client = this.#connection.client({ signer: UNSIGNED })
    const { requestHandler } = client.config
    const handle = requestHandler.handle.bind(requestHandler)
    requestHandler.handle = (request, options) => {
      const answer = handle(request, options)
      // One turn later, the request is on its way.
      if (++this.#requests === this.#lastRequest) setImmediate(() => this.kill())
      return answer
    }
    const open = (prefix: PlaceName): S3Storage =>
      openS3Storage({ bucket: 'bucket', prefix, client, ...recovery }, { skewMs })
    this.storages = { one: open('one'), two: open('two') }
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** The process dies while its request after so many others is under way. */
  dieAfter(requests: number): void {
    this.#lastRequest = this.#requests + requests
  }

  kill(): void {
    if (this.#isDead) return
    this.#isDead = true
    this.#connection.cut()
    this.#death.reject(new ProcessDied(`${this.name} died`))
  }

  /** The result of an operation. Rejects with `ProcessDied` if the process dies meanwhile. */
  async wait<Result>(result: Promise<Result>): Promise<Result> {
    result.catch(() => {})
    const value = await Promise.race([result, this.#death.promise])
    // It may have died in the same turn.
    if (this.#isDead) return this.#death.promise
    return value
  }
}
