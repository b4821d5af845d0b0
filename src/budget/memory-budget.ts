/**
 * Counts memory that many holders have at the same time. It does not allocate memory. A holder asks before it
 * allocates, and keeps its bytes elsewhere if the answer is false.
 */
export class MemoryBudget {
  #used = 0

  /** The bytes that all holders have now. */
  get used(): number {
    return this.#used
  }

  /**
   * A new holder, which has nothing yet.
   *
   * @param limit most bytes of all holders together; beyond it, this holder gets no more
   */
  open(limit: number): MemoryShare {
    let held = 0
    const giveBack = (bytes: number): void => {
      const given = Math.min(bytes, held)
      held -= given
      this.#used -= given
    }
    return {
      take: (bytes) => {
        if (bytes > 0 && this.#used + bytes > limit) return false
        held += bytes
        this.#used += bytes
        return true
      },
      giveBack,
      close: () => giveBack(held),
    }
  }
}

/** The memory of one holder. */
export interface MemoryShare {
  /** Asks for more bytes. If the answer is true, they count from now on. */
  take(bytes: number): boolean
  /** Gives back so many bytes, but never more than the holder has. */
  giveBack(bytes: number): void
  /** Gives back all bytes that the holder has. It is harmless when repeated. */
  close(): void
}
