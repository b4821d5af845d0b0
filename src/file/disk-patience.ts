import { isOnLocalDisk } from './is-on-local-disk.ts'

/** Milliseconds after which an answer was slow: it did not come from memory. */
const SLOW_MS = 4
/**
 * How much a slow answer counts against the disk, and how much is too much; a quick one counts one for it. A single slow answer
 * proves nothing: the process may have waited for a processor.
 */
const SLOW_COUNT = 20
const TOO_SLOW = 50
/** How many times as long as the last slow answer took, the disk is left alone then: a twenty-fifth of the time is lost at most. */
const REST_FACTOR = 25

/**
 * Whether a disk may be asked while everybody waits. A local one answers from memory, in a few microseconds, and to hand the
 * question to a thread and back costs ten times as much. It has to be local, and to answer quickly.
 */
export class DiskPatience {
  #isLocal = false
  #slowness = 0
  #restingUntil = 0

  /** Looks what kind of disk holds `folder`; until then there is no patience. Never rejects. */
  async look(folder: string): Promise<void> {
    this.#isLocal = await isOnLocalDisk(folder)
  }

  /** Whether the disk may be asked now. */
  get lasts(): boolean {
    return this.#isLocal && (this.#restingUntil === 0 || performance.now() >= this.#restingUntil)
  }

  /** Everybody has waited for the disk since `start`, as `performance.now()` has it. */
  heed(start: number): void {
    const now = performance.now()
    if (now - start <= SLOW_MS) {
      if (this.#slowness > 0) this.#slowness -= 1
      return
    }
    this.#slowness = Math.min(this.#slowness + SLOW_COUNT, TOO_SLOW)
    if (this.#slowness === TOO_SLOW) this.#restingUntil = now + REST_FACTOR * (now - start)
  }
}
