/**
 * Counts memory that many holders have at the same time. It does not allocate: a holder asks before it allocates, and
 * uses another place for its bytes if the answer is false.
 */
export class MemoryBudget {
  #used = 0

  /** Bytes that all holders have now. */
  get used(): number {
    return this.#used
  }

  /**
   * A new holder, which has nothing yet.
   *
   * @param limit bytes of all holders together; beyond them, this one gets no more
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
  /** Gives back that many bytes, but never more than the holder has. */
  giveBack(bytes: number): void
  /** Gives back all that is left; harmless when repeated. */
  close(): void
}
