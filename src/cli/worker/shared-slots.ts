import type { SlotLimits } from './slot-pool.ts'
import type { WorkerMessage } from './worker-message.ts'

/** Of a limit, the part that all idle workers together may keep for their next uploads instead of giving it back. */
const SPARE_PART = 1 / 50
/** More than these save nobody a message. */
const MAX_SPARE = 16

/**
 * A worker's slots of the uploads that all workers may receive at once. Each is asked for of the primary, but those that
 * the worker kept from its uploads before: a slot that goes back and forth would be three messages for each small file.
 *
 * Where clients are counted, the primary has to know whose each one is, and none is kept.
 */
export class SharedSlots {
  readonly #post: (message: WorkerMessage) => void
  readonly #countsClients: boolean
  readonly #maxSpare: number
  readonly #asked = new Map<number, (isTaken: boolean) => void>()
  #lastId = 0
  #spare = 0

  constructor(limits: SlotLimits, workers: number, post: (message: WorkerMessage) => void) {
    this.#post = post
    this.#countsClients = limits.maxUploadsPerClient !== undefined
    this.#maxSpare = this.#countsClients
      ? 0
      : Math.min(MAX_SPARE, Math.floor((limits.maxUploads * SPARE_PART) / workers))
  }

  /** Resolves to what gives the slot back, or to `undefined` where none is left. */
  async take(address: string | undefined): Promise<(() => void) | undefined> {
    const client = this.#countsClients ? address : undefined
    if (this.#spare > 0) this.#spare--
    else if (!(await this.#ask(client))) return undefined
    return () => {
      if (this.#spare < this.#maxSpare) this.#spare++
      else this.#post({ kind: 'free-slot', client })
    }
  }

  /** The primary's answer. */
  answer(id: number, isTaken: boolean): void {
    this.#asked.get(id)?.(isTaken)
    this.#asked.delete(id)
  }

  #ask(client: string | undefined): Promise<boolean> {
    const id = ++this.#lastId
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#asked.set(id, resolve)
    this.#post({ kind: 'take-slot', id, client })
    return promise
  }
}
