/** Fewer are not worth sorting out. */
const LEAST_KEPT = 1000

/** Of any number of items the first few by their order, in memory for a few times as many. */
export class LeadingItems<Item> {
  readonly #count: number
  readonly #compare: (one: Item, other: Item) => number
  readonly #most: number
  #items: Item[] = []
  /** What all that are added from now on have to come before. */
  #last: Item | undefined

  /** @param compare below zero when `one` comes before `other` */
  constructor(count: number, compare: (one: Item, other: Item) => number) {
    this.#count = count
    this.#compare = compare
    this.#most = Math.max(LEAST_KEPT, 2 * count)
  }

  /** False if the item is not among the first, nor is any that comes after it. */
  add(item: Item): boolean {
    if (this.#last !== undefined && this.#compare(item, this.#last) >= 0) return false
    this.#items.push(item)
    if (this.#items.length < this.#most) return true
    this.#items = this.items()
    this.#last = this.#items.at(-1)
    return true
  }

  /** Those that come first of all that were added, in their order. */
  items(): Item[] {
    return this.#items.toSorted(this.#compare).slice(0, this.#count)
  }
}
