import type { Clock } from '../../../file/clock.ts'
import type { FolderReader } from './folder-reader.ts'
import type { FolderShelf } from './folder-shelf.ts'

/** Milliseconds between two rounds of a folder, as long as lists are asked for. */
const ROUND_MS = 60_000

/** The same for a folder that has changed since: a file in it may have been replaced under the same name. */
const CHANGED_ROUND_MS = 5000

/** After a round, the pause is so many times as long as the round. So rounds take at most a twentieth of the time. */
const REST_FACTOR = 20

/**
 * Checks the files of folders again, in the background, one folder after the other. It finds files that were changed or
 * replaced under the same name. The times of a folder do not show that.
 */
export class FileRounds {
  readonly #reader: FolderReader
  readonly #shelf: FolderShelf
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #waiting = new Set<string>()
  #isRunning = false
  #restingUntil = 0

  constructor(reader: FolderReader, shelf: FolderShelf, clock: Pick<Clock, 'monotonic'>) {
    this.#reader = reader
    this.#shelf = shelf
    this.#clock = clock
  }

  /** Begins a round of a folder that is used now, if it is time for one. */
  begin(prefix: string): void {
    const shelved = this.#shelf.get(prefix)
    const now = this.#clock.monotonic()
    if (shelved === undefined || now < this.#restingUntil) return
    if (now - shelved.lookedAt < (shelved.isGuessed ? CHANGED_ROUND_MS : ROUND_MS)) return
    this.#waiting.add(prefix)
    if (!this.#isRunning) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    const start = this.#clock.monotonic()
    for (const prefix of this.#waiting) {
      this.#waiting.delete(prefix)
      try {
        await this.#look(prefix)
      } catch {
        // EIO, ...: the next list reads the folder again, and fails with its own error.
        this.#shelf.remove(prefix)
      }
    }
    const end = this.#clock.monotonic()
    this.#restingUntil = end + REST_FACTOR * (end - start)
    this.#isRunning = false
  }

  async #look(prefix: string): Promise<void> {
    const lookedAt = this.#clock.monotonic()
    const folder = this.#shelf.get(prefix)?.folder
    if (folder === undefined) return
    for await (const name of this.#reader.changedFiles(folder)) this.#shelf.doubt(prefix + name)
    this.#shelf.confirm(folder, lookedAt)
  }
}
