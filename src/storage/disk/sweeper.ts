import type { Clock } from '../../file/clock.ts'
import { settleDeletions } from './deletion.ts'
import type { DraftPlace } from './draft-place.ts'
import { sweepDrafts, sweepOwners } from './draft-sweep.ts'
import { Failures } from './failures.ts'
import { LOOK_MS } from './owner-judge.ts'
import { settlePrepared } from './prepared-settlement.ts'
import type { Recovery } from './prepared-settlement.ts'

/** Sweeps a storage when it is asked to, and watches the owners of its drafts from then on. */
export class Sweeper {
  readonly #place: DraftPlace
  readonly #clock: Clock
  readonly #recovery: Recovery
  /** One at a time: to settle may make the private folder, which sweeps and would settle. */
  #settling: Promise<void> | undefined
  #looking: Promise<void> | undefined
  #stop: (() => void) | undefined

  constructor(place: DraftPlace, clock: Clock, recovery: Recovery) {
    this.#place = place
    this.#clock = clock
    this.#recovery = recovery
  }

  /** The number of drafts discarded. Rejects with the first failure, when all has been tried. */
  async sweep(): Promise<number> {
    this.#watch()
    const failures = new Failures()
    const count = await this.#sweepDrafts(failures)
    await failures.during(() => this.#settle())
    failures.throwFirst()
    return count
  }

  /** As `sweep`, before the first draft, which does not wait until transactions are settled: `recover` may itself want a draft. */
  async begin(): Promise<void> {
    this.#watch()
    await this.#sweepDrafts(new Failures())
    void this.#settle().catch(ignore)
  }

  /** Ends the watch, and waits for what it is doing. Never rejects. */
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

  /** Looks again and again, for as long as the storage is in use: it may be dropped without being closed. */
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

  /** What fails is told by the next `sweep`. */
  async #lookOnce(): Promise<void> {
    await sweepOwners(this.#place.folder, this.#work, new Failures())
    await this.#settle().catch(ignore)
    this.#place.folder.owner.judge.forget()
  }
}

/** Whatever it was, the next `sweep` meets it again. */
function ignore(): void {}
