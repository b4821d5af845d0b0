import type { SeededRandom } from '../endurance/seeded-random.ts'
import type { OperationName } from './operation.ts'

/** A thing that goes wrong with one request. */
export type Fault =
  /** The connection is reset before the engine does anything. */
  | 'lost-request'
  /** The engine does it, and then the connection is reset. */
  | 'lost-answer'
  /** The connection is reset, and the engine does it after some other requests, such as the repeated one. */
  | 'late'
  /** A proxy sends it twice, and passes the second answer on. */
  | 'repeated'
  /** A proxy sends it twice, and passes the first answer on. The second one arrives later. */
  | 'repeated-late'
  /** 409 to a conditional write, although there is no rival. Nothing is done. */
  | 'conflict'
  /** 500, and nothing is done. */
  | 'error'
  /** 500, although it is done. */
  | 'error-after'
  /** 200, but the body tells an error. Nothing is done. */
  | 'error-in-200'
  /** 503 SlowDown. */
  | 'slow-down'
  /** The connection is reset in the middle of the body. */
  | 'cut-body'

/** All faults. */
const FAULTS: readonly Fault[] = [
  'lost-request',
  'lost-answer',
  'late',
  'repeated',
  'repeated-late',
  'conflict',
  'error',
  'error-after',
  'error-in-200',
  'slow-down',
  'cut-body',
]

/** How often something goes wrong, and what. */
export interface FaultOptions {
  /** Of all requests, from 0 to 1. */
  readonly rate: number
  /** Default all. */
  readonly faults?: readonly Fault[] | undefined
}

/**
 * Late writes of these are harmless to a client that gives each key once. Later writes of others are not: a late
 * PutObject can bring a file back that was deleted. No engine prevents that, so a client can only be quick.
 */
const MAY_COME_LATE: ReadonlySet<OperationName> = new Set(['UploadPart', 'UploadPartCopy', 'CreateMultipartUpload'])

/** Which request gets which fault. */
export class FaultPlan {
  readonly #random: SeededRandom
  readonly #planned: { operation: OperationName; fault: Fault }[] = []
  #options: FaultOptions

  constructor(random: SeededRandom, options: FaultOptions) {
    this.#random = random
    this.#options = options
  }

  /** The next request for this operation gets this fault. */
  plan(operation: OperationName, fault: Fault): void {
    this.#planned.push({ operation, fault })
  }

  /** From now on nothing goes wrong. */
  stop(): void {
    this.#options = { rate: 0 }
    this.#planned.length = 0
  }

  /** @param isConditional whether the request has a condition that writes can have */
  next(operation: OperationName, isConditional: boolean): Fault | undefined {
    const index = this.#planned.findIndex((each) => each.operation === operation)
    if (index >= 0) return this.#planned.splice(index, 1)[0]?.fault
    const { rate, faults = FAULTS } = this.#options
    if (rate === 0 || !this.#random.chance(rate)) return undefined
    const possible = faults.filter((fault) => isPossible(fault, operation, isConditional))
    return possible.length === 0 ? undefined : this.#random.pick(possible)
  }
}

function isPossible(fault: Fault, operation: OperationName, isConditional: boolean): boolean {
  switch (fault) {
    case 'late':
    case 'repeated-late':
      return MAY_COME_LATE.has(operation)
    case 'conflict':
      return isConditional && operation !== 'GetObject' && operation !== 'HeadObject'
    case 'error-in-200':
      return operation === 'CompleteMultipartUpload' || operation === 'CopyObject' || operation === 'UploadPartCopy'
    case 'cut-body':
      return operation === 'GetObject'
    default:
      return true
  }
}
