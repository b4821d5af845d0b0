/**
 * What a form sent under each name, in order of arrival: a name may come several times. Reading is all it allows.
 */
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

  /** How many values there are, those of one name counted each. */
  get size(): number {
    return this.#entries.length
  }

  /** The first value of that name. */
  get(name: string): Value | undefined {
    return this.#byName.get(name)?.[0]
  }

  /** Every value of that name, in order of arrival; none is an empty array. */
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
