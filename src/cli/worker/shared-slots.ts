import type { SlotAnswer, SlotLimits } from './slot-pool.ts'
import type { WorkerMessage } from './worker-message.ts'

/** The part of all slots that the workers together may hold as spare slots. */
const SPARE_PART = 1 / 50
/** With more spare slots, a worker would save no further message. */
const MAX_SPARE = 16

/**
 * The upload slots of one worker, out of those that all workers share. The worker asks the primary for each slot.
 * When an upload ends, the worker may hold its slot as a spare for the next one. Without spare slots, each small file
 * would cost three messages.
 *
 * A spare slot still counts for the client for which it was requested. If the operator has set a limit for each client,
 * the count has to be exact, so the worker holds no spare slots. The default limit is so large that a few do not
 * matter.
 */
export class SharedSlots {
  readonly #post: (message: WorkerMessage) => void
  readonly #maxSpare: number
  readonly #waiting = new Map<number, (answer: SlotAnswer) => void>()
  /** The spare slots, each as the client for which it counts. */
  readonly #spare: (string | undefined)[] = []
  #lastId = 0

  constructor(limits: SlotLimits, workers: number, post: (message: WorkerMessage) => void) {
    this.#post = post
    this.#maxSpare =
      limits.maxUploadsPerClient === undefined
        ? Math.min(MAX_SPARE, Math.floor((limits.maxUploads * SPARE_PART) / workers))
        : 0
  }

  /**
   * Resolves to a function that gives the slot back. If no slot is free, it resolves to `undefined`, or to `'client'`
   * if only this client has too many.
   */
  async take(client: string | undefined): Promise<(() => void) | 'client' | undefined> {
    if (this.#spare.length > 0) return this.#releaseOf(this.#spare.pop())
    const answer = await this.#ask(client)
    if (answer === 'granted') return this.#releaseOf(client)
    return answer === 'client' ? 'client' : undefined
  }

  /** The primary's answer. */
  answer(id: number, answer: SlotAnswer): void {
    this.#waiting.get(id)?.(answer)
    this.#waiting.delete(id)
  }

  /** The function that ends the use of a slot: it becomes spare or goes back. The slot counts for `client`. */
  #releaseOf(client: string | undefined): () => void {
    return () => {
      if (this.#spare.length < this.#maxSpare) this.#spare.push(client)
      else this.#post({ kind: 'free-slot', client })
    }
  }

  #ask(client: string | undefined): Promise<SlotAnswer> {
    const id = ++this.#lastId
    const { promise, resolve } = Promise.withResolvers<SlotAnswer>()
    this.#waiting.set(id, resolve)
    this.#post({ kind: 'take-slot', id, client })
    return promise
  }
}
