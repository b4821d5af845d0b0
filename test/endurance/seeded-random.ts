/** Pseudo-random numbers that come again with the same seed (mulberry32). */
export class SeededRandom {
  #state: number

  /** Of the seed the lower 32 bits count. */
  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 up to but not including 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** From `least` to `most`, both of which may come. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1))
  }

  /** From `least` to `most`, every order of magnitude as often as the others. */
  magnitude(least: number, most: number): number {
    return Math.floor(least * Math.exp(this.fraction() * Math.log(most / least)))
  }

  /** True as often as `probability` says. */
  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** @throws {RangeError} if there is nothing to pick. */
  pick<Item>(items: readonly Item[]): Item {
    for (const item of items.slice(this.integer(0, items.length - 1))) return item
    throw new RangeError('There is nothing to pick from.')
  }

  /** Numbers of their own, for something that runs beside this. */
  fork(): SeededRandom {
    return new SeededRandom(this.integer(0, 2 ** 32 - 1))
  }
}
