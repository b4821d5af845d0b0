/** Items to hold before the first sort. Sorting fewer is not worth it. */
const LEAST_KEPT = 1000

/** Finds the first few of any number of items. It holds only a few times as many in memory. */
export class LeadingItems<Item> {
  readonly #count: number
  readonly #compare: (one: Item, other: Item) => number
  readonly #most: number
  #items: Item[] = []
  /** An item that is added from now on has to come before this one. */
  #last: Item | undefined

  /** @param compare below zero when `one` comes before `other` */
  constructor(count: number, compare: (one: Item, other: Item) => number) {
    this.#count = count
    this.#compare = compare
    this.#most = Math.max(LEAST_KEPT, 2 * count)
  }

  /** False if the item is not among the first. Then no item that comes after it is, either. */
  add(item: Item): boolean {
    if (this.#last !== undefined && this.#compare(item, this.#last) >= 0) return false
    this.#items.push(item)
    if (this.#items.length < this.#most) return true
    this.#items = this.items()
    this.#last = this.#items.at(-1)
    return true
  }

  /** The first of all items that were added, in their order. */
  items(): Item[] {
    return this.#items.toSorted(this.#compare).slice(0, this.#count)
  }
}
