import type { Clock } from '../../file/clock.ts'
import { settleDeletions } from './deletion.ts'
import type { DraftPlace } from './draft-place.ts'
import { sweepDrafts, sweepOwners } from './draft-sweep.ts'
import { Failures } from '../failures.ts'
import { LOOK_MS } from './owner-judge.ts'
import { settlePrepared } from './prepared-settlement.ts'
import type { Recovery } from './prepared-settlement.ts'

/** Sweeps a storage when it is asked to, and watches the owners of its drafts from then on. */
export class Sweeper {
  readonly #place: DraftPlace
  readonly #clock: Clock
  readonly #recovery: Recovery
  /** Only one settlement runs at a time. It may make the private folder, which sweeps and would settle again. */
  #settling: Promise<void> | undefined
  #looking: Promise<void> | undefined
  #stop: (() => void) | undefined

  constructor(place: DraftPlace, clock: Clock, recovery: Recovery) {
    this.#place = place
    this.#clock = clock
    this.#recovery = recovery
  }

  /** Sweeps, and returns the number of discarded drafts. Rejects with the first failure, after trying everything. */
  async sweep(): Promise<number> {
    this.#watch()
    const failures = new Failures()
    const count = await this.#sweepDrafts(failures)
    await failures.during(() => this.#settle())
    failures.throwFirst()
    return count
  }

  /**
   * Sweeps before the first draft. It does not wait until transactions are settled, because `recover` may need a draft
   * itself.
   */
  async begin(): Promise<void> {
    this.#watch()
    await this.#sweepDrafts(new Failures())
    void this.#settle().catch(ignore)
  }

  /** Ends the watch, and waits for its running work. Never rejects. */
  async stop(): Promise<void> {
    this.#stop?.()
    this.#stop = undefined
    await this.#looking
    await this.#settling?.catch(ignore)
  }

  #sweepDrafts(failures: Failures): Promise<number> {
    return sweepDrafts(this.#place.folder, this.#work, failures)
  }

  get #work() {
    return { settleDeletions: (folder: string) => settleDeletions(this.#place, folder) }
  }

  #settle(): Promise<void> {
    this.#settling ??= this.#settleAll().finally(() => {
      this.#settling = undefined
    })
    return this.#settling
  }

  async #settleAll(): Promise<void> {
    const failures = new Failures()
    await settlePrepared(this.#place, this.#recovery, failures)
    failures.throwFirst()
  }

  /** Looks again and again. The timer does not keep the storage in memory: a program may drop it without `close`. */
  #watch(): void {
    if (this.#stop !== undefined) return
    const self = new WeakRef(this)
    const stop = this.#clock.every(LOOK_MS, () => {
      const sweeper = self.deref()
      return sweeper === undefined ? stop() : sweeper.#look()
    })
    this.#stop = stop
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** Never rejects: the next `sweep` tells failures. */
  async #lookOnce(): Promise<void> {
    await sweepOwners(this.#place.folder, this.#work, new Failures())
    await this.#settle().catch(ignore)
    this.#place.folder.owner.judge.forget()
  }
}

/** Ignores a failure, because the next `sweep` meets it again. */
function ignore(): void {}
