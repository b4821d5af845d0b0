import { SeededRandom } from '../endurance/seeded-random.ts'
import { Bucket } from './bucket.ts'
import type { Call, EngineLimits } from './call.ts'
import { EngineError } from './engine-error.ts'
import type { EngineErrorCode } from './engine-error.ts'
import { emptyAnswer } from './engine-message.ts'
import type { EngineAnswer, EngineRequest } from './engine-message.ts'
import { FaultPlan } from './fault-plan.ts'
import type { Fault, FaultOptions } from './fault-plan.ts'
import { OPERATIONS, operationOf } from './operation.ts'
import type { OperationName } from './operation.ts'
import { PROFILES } from './profile.ts'
import type { Profile, ProfileName } from './profile.ts'
import { SignatureCheck } from './request-signature.ts'
import { TurnQueue } from './turn-queue.ts'

/** Options of an engine. */
export interface EngineOptions {
  /** Default `aws`. */
  readonly profile?: ProfileName | undefined
  /** Buckets that are there. Default `bucket`. */
  readonly buckets?: readonly string[] | undefined
  /** Without it, operations are performed in the order in which they came, and nothing goes wrong by itself. */
  readonly seed?: number | undefined
  /** Needs a seed. Default nothing. */
  readonly faults?: FaultOptions | undefined
  /** Secrets by access key. Default `{ key: 'secret' }`. */
  readonly secrets?: Readonly<Record<string, string>> | undefined
  /** Default `us-east-1`. */
  readonly region?: string | undefined
  /** Whether requests must be signed. Default true. */
  readonly checksSignatures?: boolean | undefined
  readonly limits?: Partial<EngineLimits> | undefined
  /** Whether a client whose clock is wrong is refused. Default false. */
  readonly checksClocks?: boolean | undefined
}

/** The client of a request. */
export interface Sender {
  readonly name: string
  /** Whether it is dead by now, so that its request may never arrive. */
  isGone(): boolean
}

/** The engine does not answer: the client sees `ECONNRESET`. */
export class ConnectionReset extends Error {
  readonly code = 'ECONNRESET'

  constructor() {
    super('read ECONNRESET')
  }
}

const MIB = 1024 * 1024
const WRITES: readonly string[] = ['if-none-match', 'if-match']

/** An engine of S3 in memory. Connect clients by an `EngineConnection` or an `EngineServer`. */
export class SimulatedEngine {
  readonly profile: Profile
  /** One line for each operation, in the order in which they were performed. */
  readonly log: string[] = []
  readonly faults: FaultPlan
  readonly #buckets: Map<string, Bucket>
  readonly #random: SeededRandom | undefined
  readonly #turns: TurnQueue
  readonly #counts: Map<OperationName, number> = new Map()
  readonly #refusals: Map<OperationName, EngineErrorCode> = new Map()
  readonly #options: EngineOptions
  readonly #limits: EngineLimits
  readonly #late: Set<Promise<unknown>> = new Set()
  readonly #signatures: SignatureCheck
  #offsetMs = 0

  constructor(options: EngineOptions = {}) {
    const { profile = 'aws', buckets = ['bucket'], seed, faults = { rate: 0 }, limits } = options
    const { secrets = { key: 'secret' }, region = 'us-east-1' } = options
    this.profile = PROFILES[profile]
    this.#options = options
    this.#signatures = new SignatureCheck(secrets, this.profile.checksRegion ? region : undefined)
    this.#buckets = new Map(buckets.map((name) => [name, new Bucket(name)]))
    this.#random = seed === undefined ? undefined : new SeededRandom(seed)
    this.#turns = new TurnQueue(this.#random?.fork())
    this.faults = new FaultPlan(this.#random?.fork() ?? new SeededRandom(0), faults)
    this.#limits = { minPartSize: 5 * MIB, maxCopySize: 5 * 1024 * MIB, ...limits }
  }

  /** An engine with the same objects, but with options of its own. */
  copy(options: EngineOptions): SimulatedEngine {
    const copy = new SimulatedEngine(options)
    for (const [name, { objects }] of this.#buckets) {
      for (const [key, object] of objects) copy.bucket(name).objects.set(key, object)
    }
    return copy
  }

  /** The engine's clock, in milliseconds since 1970. It goes with the process's own, ahead by what it was advanced. */
  readonly now = (): number => Date.now() + this.#offsetMs

  advance(durationMs: number): void {
    this.#offsetMs += durationMs
  }

  /** Requests for this operation, or all, that were sent. */
  count(operation?: OperationName): number {
    if (operation !== undefined) return this.#counts.get(operation) ?? 0
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  resetCounts(): void {
    this.#counts.clear()
  }

  /** From now on, each request for this operation is refused. */
  refuse(operation: OperationName, code: EngineErrorCode = 'AccessDenied'): void {
    this.#refusals.set(operation, code)
  }

  allow(operation: OperationName): void {
    this.#refusals.delete(operation)
  }

  /** @throws {TypeError} if there is no such bucket. */
  bucket(name = 'bucket'): Bucket {
    const bucket = this.#buckets.get(name)
    if (bucket === undefined) throw new TypeError(`There is no bucket ${name}`)
    return bucket
  }

  /** Destroys the bytes of objects whose upload was aborted while it was completed. */
  collectGarbage(): void {
    for (const bucket of this.#buckets.values()) bucket.collectGarbage()
  }

  /** Resolves when the engine has nothing to do, and its clients wait for timers alone. */
  idle(): Promise<void> {
    return this.#turns.idle()
  }

  /** Lets requests arrive that are late. False if there are none. */
  releaseLate(): boolean {
    const isLate = this.#turns.isHoldingBack
    this.#turns.release()
    return isLate
  }

  /** Ends all faults, and performs the requests that are still under way. */
  async settle(): Promise<void> {
    this.faults.stop()
    for (; this.#late.size > 0; await Promise.allSettled(this.#late)) this.#turns.release()
  }

  /** @throws {ConnectionReset} if the client gets no answer. */
  async answer(request: EngineRequest, sender: Sender): Promise<EngineAnswer> {
    const { operation, ...place } = placeOf(request)
    if (operation === undefined) return new EngineError('NotImplemented').answer()
    this.#counts.set(operation, this.count(operation) + 1)
    const isConditional = WRITES.some((name) => request.headers.has(name))
    const fault = this.faults.next(operation, isConditional)
    const perform = async (hold = 0): Promise<EngineAnswer> => {
      await this.#turns.turn(hold)
      const isLost = sender.isGone() && this.#random?.chance(0.5) === true
      const answer = isLost ? undefined : await this.#perform({ operation, ...place }, request)
      this.#note(sender, operation, request, answer, fault)
      if (answer === undefined) throw new ConnectionReset()
      return answer
    }
    const answer = await this.#deliver(fault, perform)
    return request.method === 'HEAD' ? { ...answer, body: new Uint8Array() } : answer
  }

  async #deliver(fault: Fault | undefined, perform: (hold?: number) => Promise<EngineAnswer>): Promise<EngineAnswer> {
    const refusal = fault === undefined ? undefined : REFUSALS[fault]
    if (refusal !== undefined) {
      await this.#turns.turn()
      this.log.push(`-- refused: ${fault}`)
      return refusal.answer(fault === 'error-in-200' ? 200 : undefined)
    }
    switch (fault) {
      case 'lost-request':
        await this.#turns.turn()
        this.log.push(`-- lost a request`)
        throw new ConnectionReset()
      case 'lost-answer':
        await perform()
        throw new ConnectionReset()
      case 'late':
        this.#performLate(perform)
        throw new ConnectionReset()
      case 'repeated':
        await perform()
        return perform()
      case 'repeated-late':
        this.#performLate(perform)
        return perform()
      case 'error-after':
        await perform()
        return new EngineError('InternalError').answer()
      case 'cut-body':
        return this.#cut(await perform())
      default:
        return perform()
    }
  }

  #performLate(perform: (hold: number) => Promise<unknown>): void {
    const late = perform(this.#random?.integer(1, 6) ?? 1).catch(() => {
      // The client is not there any more to hear of it.
    })
    this.#late.add(late)
    void late.then(() => this.#late.delete(late))
  }

  #cut(answer: EngineAnswer): EngineAnswer {
    return { ...answer, resetAfter: this.#random?.integer(0, answer.body.length) ?? answer.body.length >> 1 }
  }

  async #perform({ operation, bucketName, key }: Place, request: EngineRequest): Promise<EngineAnswer> {
    const date = new Date(this.now()).toUTCString()
    const answer = await this.#tryPerform({ operation, bucketName, key }, request).catch((error: unknown) => {
      if (error instanceof EngineError) return error.answer()
      throw error
    })
    return { ...answer, headers: { date, 'x-amz-request-id': String(this.log.length), ...answer.headers } }
  }

  async #tryPerform({ operation, bucketName, key }: Place, request: EngineRequest): Promise<EngineAnswer> {
    const { checksClocks = false, checksSignatures = true } = this.#options
    if (checksSignatures) this.#signatures.verify(request, checksClocks ? this.now() : undefined)
    if (operation === 'CreateBucket') return this.#createBucket(bucketName)
    const bucket = this.#buckets.get(bucketName)
    if (bucket === undefined) throw new EngineError('NoSuchBucket')
    const refusal = operation === undefined ? 'NotImplemented' : this.#refusals.get(operation)
    if (refusal !== undefined || operation === undefined) throw new EngineError(refusal ?? 'NotImplemented')
    if (Buffer.byteLength(key) > 1024) throw new EngineError('KeyTooLongError')
    return OPERATIONS[operation](this.#callFor(request, bucket, key))
  }

  #callFor(request: EngineRequest, bucket: Bucket, key: string): Call {
    return {
      request,
      bucket,
      key,
      profile: this.profile,
      limits: this.#limits,
      now: this.now,
      turn: () => this.#turns.slowTurn(),
      pick: (items) => this.#random?.pick(items) ?? items[0],
    }
  }

  #createBucket(name: string): EngineAnswer {
    if (!this.#buckets.has(name)) this.#buckets.set(name, new Bucket(name))
    return emptyAnswer(200)
  }

  #note(
    sender: Sender,
    operation: OperationName,
    { path, query }: EngineRequest,
    answer: EngineAnswer | undefined,
    fault: Fault | undefined,
  ): void {
    const part = query.get('partNumber')
    const code = /<Code>(\w+)/.exec(Buffer.from(answer?.body ?? []).toString('latin1', 0, 200))?.[1]
    const end = answer === undefined ? 'never came' : `${answer.status}${code === undefined ? '' : ` ${code}`}`
    const facts = [part === null || part === undefined ? '' : ` part ${part}`, sender.isGone() ? ' of the dead' : '']
    this.log.push(
      `${sender.name} ${operation} ${decodeURIComponent(path)}${facts.join('')}: ${end}${fault === undefined ? '' : ` (${fault})`}`,
    )
  }
}

const REFUSALS: Partial<Record<Fault, EngineError>> = {
  conflict: new EngineError('ConditionalRequestConflict'),
  error: new EngineError('InternalError'),
  'error-in-200': new EngineError('InternalError'),
  'slow-down': new EngineError('SlowDown'),
}

interface Place {
  readonly operation: OperationName | undefined
  readonly bucketName: string
  readonly key: string
}

function placeOf(request: EngineRequest): Place {
  const [, bucketName = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(decodeURIComponent(request.path)) ?? []
  const query = new Map(request.query)
  query.delete('x-id')
  return { operation: operationOf({ ...request, query }, key), bucketName, key }
}
