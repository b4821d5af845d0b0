/** The most former names that may be missing between two names that still exist. */
const LOOK_AHEAD = 8

/** The names that a folder has gained and lost. */
export interface NameChanges {
  /** Names that were not there before. */
  readonly added: readonly string[]
  /** Names that are not there any more. */
  readonly missing: ReadonlySet<string>
}

/**
 * Compares the names in a folder with the names of the reading before. File systems list names in an order that hardly
 * changes. So nearly all names are found at the expected place, which is much faster than a set of all names.
 */
export class NameDiff {
  readonly #former: readonly string[]
  #place = 0
  readonly #passed: string[] = []
  readonly #unexpected: string[] = []

  /** @param former in the order of the system */
  constructor(former: readonly string[]) {
    this.#former = former
  }

  /** Adds the next name, in the order of the system. False if the name was not found at the expected place. */
  add(name: string): boolean {
    for (let ahead = 0; ahead <= LOOK_AHEAD; ahead++) {
      if (this.#former[this.#place + ahead] !== name) continue
      if (ahead > 0) this.#passed.push(...this.#former.slice(this.#place, this.#place + ahead))
      this.#place += ahead + 1
      return true
    }
    this.#unexpected.push(name)
    return false
  }

  /** The changes, after the last name was added. */
  changes(): NameChanges {
    const missing = new Set([...this.#passed, ...this.#former.slice(this.#place)])
    const added = this.#unexpected.filter((name) => !missing.delete(name))
    return { added, missing }
  }
}
