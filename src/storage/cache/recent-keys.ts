/** The keys that were asked for last, and when that was. */
export class RecentKeys {
  readonly #limit: number
  readonly #times = new Map<string, number>()

  /** @param limit the most keys that are remembered */
  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * Notes that a key is asked for. Returns when it was asked for the last time. Returns -Infinity if it was never asked
   * for, or if it was forgotten because too many other keys came since.
   *
   * @param now milliseconds of `performance.now`
   */
  note(key: string, now: number): number {
    const before = this.#times.get(key) ?? -Infinity
    this.#times.delete(key)
    this.#times.set(key, now)
    for (const [oldest] of this.#times) {
      if (this.#times.size <= this.#limit) break
      this.#times.delete(oldest)
    }
    return before
  }
}
