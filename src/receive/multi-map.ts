/** The values of a form by name, in order of arrival. A name may come several times. The map is read-only. */
export class MultiMap<Value> implements Iterable<readonly [name: string, value: Value]> {
  readonly #entries: readonly (readonly [string, Value])[]
  readonly #byName = new Map<string, Value[]>()

  constructor(entries: Iterable<readonly [string, Value]>) {
    this.#entries = [...entries]
    for (const [name, value] of this.#entries) {
      const values = this.#byName.get(name)
      if (values === undefined) this.#byName.set(name, [value])
      else values.push(value)
    }
  }

  /** The number of values; each value of a name counts. */
  get size(): number {
    return this.#entries.length
  }

  /** The first value of that name. */
  get(name: string): Value | undefined {
    return this.#byName.get(name)?.[0]
  }

  /** Every value of that name, in order of arrival; an empty array if there are none. */
  getAll(name: string): Value[] {
    return [...(this.#byName.get(name) ?? [])]
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  /** Each name once, in the order in which they first came. */
  keys(): IterableIterator<string> {
    return this.#byName.keys()
  }

  /** Every value, in order of arrival. */
  values(): Value[] {
    return this.#entries.map(([, value]) => value)
  }

  /** Every name with its value, in order of arrival. */
  entries(): IterableIterator<readonly [name: string, value: Value]> {
    return this.#entries.values()
  }

  [Symbol.iterator](): IterableIterator<readonly [name: string, value: Value]> {
    return this.entries()
  }
}
