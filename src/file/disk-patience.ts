import { statfs } from 'node:fs/promises'
import { platform } from 'node:process'

/**
 * What statfs(2) calls file systems of the machine itself on Linux: bcachefs, btrfs, ext2 to ext4, F2FS, overlayfs, tmpfs, XFS
 * and ZFS. Any other may wait for a network, or for a process, and whoever asks it with it.
 */
const LOCAL: ReadonlySet<number> = new Set([
  0xca451a4e, 0x9123683e, 0xef53, 0xf2f52010, 0x794c7630, 0x01021994, 0x58465342, 0x2fc12fc1,
])

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
    try {
      // Elsewhere the numbers mean other things.
      this.#isLocal = platform === 'linux' && LOCAL.has((await statfs(folder)).type)
    } catch {
      // ENOENT: removed this instant. ENOSYS, EIO, ...: threads will do.
      this.#isLocal = false
    }
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
