import { UploadError } from '../errors/upload-error.ts'

/** The number of taken names that a set remembers by default. A forgotten name costs its next upload a search. */
const MOST_NAMES = 1000

/** No folder holds so many files of one name. If they are all taken, the storage is wrong. */
const MOST_NUMBER = 2 ** 40

/** The next number of a taken name, and the search for it. */
interface TakenName {
  next: number
  search: Promise<void> | undefined
}

/**
 * Hands out the numbers of taken names, each to one upload. So uploads that come at once never ask for the same name.
 *
 * A number is a hint. Other processes and former runs are not known here, so it may be taken. Publishing decides.
 */
export class ConflictNumbers {
  readonly #mostNames: number
  /** By the key that is taken. The key that was needed last comes last. */
  readonly #names = new Map<string, TakenName>()

  constructor(mostNames: number = MOST_NAMES) {
    this.#mostNames = mostNames
  }

  /** Names that are remembered now. */
  get size(): number {
    return this.#names.size
  }

  /** True if it is remembered that `key` was taken. */
  has(key: string): boolean {
    return this.#names.has(key)
  }

  /** The number to try next if `key` is taken. */
  take(key: string): number {
    return this.#nameOf(key).next++
  }

  /**
   * Skips numbers that are taken: in doubling steps to a free one, then by halves. Uploads that come at once share one
   * search.
   */
  skip(key: string, isTaken: (number: number) => Promise<boolean>): Promise<void> {
    const name = this.#nameOf(key)
    name.search ??= search(name, isTaken)
    return name.search
  }

  /** Begins again with the first number: `key` was free, so the numbered names may be free, too. */
  forget(key: string): void {
    this.#names.delete(key)
  }

  #nameOf(key: string): TakenName {
    const name = this.#names.get(key) ?? { next: 1, search: undefined }
    this.#names.delete(key)
    this.#names.set(key, name)
    if (this.#names.size > this.#mostNames) {
      const [oldest = ''] = this.#names.keys()
      this.#names.delete(oldest)
    }
    return name
  }
}

async function search(name: TakenName, isTaken: (number: number) => Promise<boolean>): Promise<void> {
  try {
    const free = await findFree(name.next, isTaken)
    name.next = Math.max(name.next, free)
  } finally {
    name.search = undefined
  }
}

/** The failure of an upload for which no name is free. */
export function noneFree(): UploadError {
  return new UploadError('storage-failed', {}, { cause: new Error('No name was free.') })
}

async function findFree(start: number, isTaken: (number: number) => Promise<boolean>): Promise<number> {
  let taken = start - 1
  let free = start
  for (let step = 1; await isTaken(free); step *= 2) {
    if (free > MOST_NUMBER) throw noneFree()
    taken = free
    free += step
  }
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2)
    if (await isTaken(middle)) taken = middle
    else free = middle
  }
  return free
}
