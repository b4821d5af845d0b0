/** The keys that were asked for last, so many of them, and when that was. */
export class RecentKeys {
  readonly #limit: number
  readonly #times = new Map<string, number>()

  /** @param limit keys at most */
  constructor(limit: number) {
    this.#limit = limit
  }

  /**
   * Notes that a key is asked for. When it was asked for before: -Infinity if it was not, or too many others were
   * since.
   *
   * @param now milliseconds, as `performance.now` tells
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
