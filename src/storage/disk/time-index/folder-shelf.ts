import type { IndexedFolder } from './indexed-folder.ts'

/** The most doubts about one folder. If there are so many, all of its files are checked again. */
const MOST_DOUBTS = 1000

const NO_DOUBTS: ReadonlySet<string> = new Set()

/** A folder that is kept, and how sure its files are. */
export interface ShelvedFolder {
  readonly folder: IndexedFolder
  /** Each of its files was checked at this time or later; milliseconds of the monotonic clock. */
  readonly lookedAt: number
  /** Whether some of its files were assumed to be unchanged, since that time. */
  readonly isGuessed: boolean
}

/** The folders that are kept in memory. If it is full, the folders that were unused for longest are dropped. */
export class FolderShelf {
  readonly #mostWeight: number
  /** The folders by their prefixes. The folder that was used last is the last one. */
  readonly #folders = new Map<string, ShelvedFolder>()
  /** Names of files that may have changed, if any, by the prefixes of folders that are kept or are being read. */
  readonly #doubts = new Map<string, Set<string> | undefined>()
  #weight = 0

  /** @param mostWeight about the bytes of memory that all folders together may take */
  constructor(mostWeight: number) {
    this.#mostWeight = mostWeight
  }

  get(prefix: string): ShelvedFolder | undefined {
    return this.#folders.get(prefix)
  }

  /** Like `get`, but it counts as a use of the folder. */
  use(prefix: string): ShelvedFolder | undefined {
    const shelved = this.#folders.get(prefix)
    if (shelved === undefined) return undefined
    this.#folders.delete(prefix)
    this.#folders.set(prefix, shelved)
    return shelved
  }

  /** Keeps a folder that was read since `takeDoubts`. */
  put(shelved: ShelvedFolder): void {
    const { prefix, weight } = shelved.folder
    // The folder was removed from the shelf while it was read, so its doubts are lost.
    if (!this.#doubts.has(prefix)) return
    this.#weight += weight - (this.#folders.get(prefix)?.folder.weight ?? 0)
    this.#folders.delete(prefix)
    this.#folders.set(prefix, shelved)
    for (const [oldest] of this.#folders) {
      if (this.#weight <= this.#mostWeight) break
      this.remove(oldest)
    }
  }

  /** Notes that each file of the folder was checked since `lookedAt`, and that the changed ones are in doubt. */
  confirm(folder: IndexedFolder, lookedAt: number): void {
    const shelved = this.#folders.get(folder.prefix)
    if (shelved === undefined) return
    // If the folder was read again meanwhile, files that were guessed then may have been checked too early.
    const isGuessed = shelved.isGuessed && shelved.folder !== folder
    this.#folders.set(folder.prefix, { folder: shelved.folder, lookedAt, isGuessed })
  }

  remove(prefix: string): void {
    this.#weight -= this.#folders.get(prefix)?.folder.weight ?? 0
    this.#folders.delete(prefix)
    this.#doubts.delete(prefix)
  }

  clear(): void {
    this.#folders.clear()
    this.#doubts.clear()
    this.#weight = 0
  }

  /** Notes that the file of this key may have changed, or may be gone. */
  doubt(key: string): void {
    const end = key.lastIndexOf('/') + 1
    const prefix = key.slice(0, end)
    if (!this.#doubts.has(prefix)) return
    const doubts = this.#doubts.get(prefix) ?? new Set()
    this.#doubts.set(prefix, doubts)
    if (doubts.size < MOST_DOUBTS) doubts.add(key.slice(end))
  }

  isDoubted(prefix: string): boolean {
    return (this.#doubts.get(prefix)?.size ?? 0) > 0
  }

  /** Takes the doubts about a folder that is going to be read now. `undefined` if the whole folder is in doubt. */
  takeDoubts(prefix: string): ReadonlySet<string> | undefined {
    const isKnown = this.#doubts.has(prefix)
    const doubts = this.#doubts.get(prefix) ?? NO_DOUBTS
    this.#doubts.set(prefix, undefined)
    return isKnown && doubts.size < MOST_DOUBTS ? doubts : undefined
  }
}
