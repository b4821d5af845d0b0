import { isOnLocalDisk } from './is-on-local-disk.ts'

/** Milliseconds after which an answer was slow: it did not come from memory. */
const SLOW_MS = 4
/**
 * How much a slow answer counts against the disk, and the limit. A quick answer counts one for it. A single slow answer
 * proves nothing: the process may have waited for a processor.
 */
const SLOW_COUNT = 20
const TOO_SLOW = 50
/**
 * If the disk is too slow, it rests for so many times as long as its last answer took. So at most a twenty-fifth of the
 * time is lost.
 */
const REST_FACTOR = 25

/**
 * Whether a disk may be asked while the whole process waits. A local disk answers from memory, in a few microseconds,
 * and a thread would cost ten times as much. It has to be local, and to answer quickly.
 */
export class DiskPatience {
  #isLocal = false
  #slowness = 0
  #restingUntil = 0

  /** Finds out whether `folder` lies on a local disk. Before that, the disk may not be asked. Never rejects. */
  async look(folder: string): Promise<void> {
    this.#isLocal = await isOnLocalDisk(folder)
  }

  /** Whether the disk may be asked now. */
  get lasts(): boolean {
    return this.#isLocal && (this.#restingUntil === 0 || performance.now() >= this.#restingUntil)
  }

  /** The process has waited for the disk since `start`, as `performance.now()` gives it. */
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
