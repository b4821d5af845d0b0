import type { SlotAnswer, SlotLimits } from './slot-pool.ts'
import type { WorkerMessage } from './worker-message.ts'

/** The part of a limit that all idle workers together may keep for their next uploads instead of giving it back. */
const SPARE_PART = 1 / 50
/** More than these would not save a message. */
const MAX_SPARE = 16

/**
 * A worker's slots of the uploads that all workers may receive at once. Each slot is requested from the primary, except
 * the slots that the worker kept from earlier uploads. Requesting each one would cost three messages for each small
 * file.
 *
 * A kept slot counts for the client for which it was requested. If the limit of a client was given, the count has to be
 * exact, and no slot is kept. The default limit is large, so a few slots do not matter.
 */
export class SharedSlots {
  readonly #post: (message: WorkerMessage) => void
  readonly #maxSpare: number
  readonly #asked = new Map<number, (answer: SlotAnswer) => void>()
  /** The clients of the kept slots. */
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
    if (this.#spare.length > 0) return this.#giveBack(this.#spare.pop())
    const answer = await this.#ask(client)
    if (answer === 'taken') return this.#giveBack(client)
    return answer === 'client' ? 'client' : undefined
  }

  /** The primary's answer. */
  answer(id: number, answer: SlotAnswer): void {
    this.#asked.get(id)?.(answer)
    this.#asked.delete(id)
  }

  /** @param client for which the slot counts */
  #giveBack(client: string | undefined): () => void {
    return () => {
      if (this.#spare.length < this.#maxSpare) this.#spare.push(client)
      else this.#post({ kind: 'free-slot', client })
    }
  }

  #ask(client: string | undefined): Promise<SlotAnswer> {
    const id = ++this.#lastId
    const { promise, resolve } = Promise.withResolvers<SlotAnswer>()
    this.#asked.set(id, resolve)
    this.#post({ kind: 'take-slot', id, client })
    return promise
  }
}
