import { systemClock } from '../../file/clock.ts'
import type { Clock } from '../../file/clock.ts'
import { processOwner } from '../../file/process-owner.ts'
import { Owner } from './owner.ts'
import type { OwnerHost } from './owner.ts'

/** Milliseconds between two touches of a lease. */
const TOUCH_MS = 5000

/**
 * A process, as the other processes that use the same folders see it. It has a name, a clock, and one owner for each
 * folder, however many storages it has for that folder.
 */
export class Host implements OwnerHost {
  readonly clock: Clock
  readonly #name: string | undefined
  readonly #owners = new Map<string, Owner>()
  readonly #touched = new Set<Owner>()
  #stop: (() => void) | undefined

  /** @param name default: the name of this process, read when it is needed */
  constructor(clock: Clock = systemClock, name?: string) {
    this.clock = clock
    this.#name = name
  }

  /** The name of the process. */
  get name(): string {
    return this.#name ?? processOwner()
  }

  /** The owner of this process for a folder of drafts, absolute. */
  ownerFor(drafts: string): Owner {
    const known = this.#owners.get(drafts)
    if (known !== undefined) return known
    const owner = new Owner(this, drafts)
    this.#owners.set(drafts, owner)
    return owner
  }

  /** Touches the lease of the owner from now on. One timer touches those of all owners. */
  keepAlive(owner: Owner): void {
    this.#touched.add(owner)
    this.#stop ??= this.clock.every(TOUCH_MS, () => Promise.all([...this.#touched].map((each) => each.touchQuietly())))
  }

  letGo(owner: Owner): void {
    this.#touched.delete(owner)
    if (this.#touched.size > 0) return
    this.#stop?.()
    this.#stop = undefined
  }
}

/** This process. There is only one object for it, because other processes judge it by one name. */
export const thisHost: Host = new Host()
