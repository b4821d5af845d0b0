import { close, constants, fstat, open } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Clock } from '../../file/clock.ts'
import { isDead } from '../../file/process-owner.ts'
import { hasCode } from '../../file/system-error.ts'
import { folderNames } from './folder-names.ts'

const closeFile = promisify(close)
const openFile = promisify(open)
const statFile = promisify(fstat)

/** The file in an owner's folder that is touched as long as the owner lives. */
export const LEASE = 'lease'

/** How often a watch looks at the lease of an owner that it cannot see. */
export const LOOK_MS = 15_000
/** A look that comes later than this after the one before has seen too little in between. */
const LATE_MS = 20_000
/** An owner whose lease has not changed for so long is silent: six touches in a row have failed, and more. */
const SILENT_MS = 75_000
/** Nothing takes so long but what is given up: also the request that sends no byte, of an owner without a lease. */
const ABANDONED_MS = 24 * 60 * 60 * 1000

/** Owners of format 2 and later have an epoch, and a lease. */
const HAS_LEASE = /\.[\da-f]{16}$/

/**
 * How an owner is doing. `dead` is a fact. `silent` is none: the owner may be stopped, and its paths have to be taken from it before
 * anything else is done. `unknown` is not yet decided.
 */
export interface Judgement {
  readonly life: 'alive' | 'dead' | 'silent' | 'unknown'
  /** For how long it has been seen to do nothing, in milliseconds. */
  readonly silentMs: number
  /** Whether it has done nothing for a day, as the clock of the folder has it. */
  readonly isAbandoned: boolean
}

const ALIVE: Judgement = { life: 'alive', silentMs: 0, isAbandoned: false }
const DEAD: Judgement = { life: 'dead', silentMs: Infinity, isAbandoned: true }

/** Who looks. */
export interface Observer {
  /** The name of its process. */
  readonly name: string
  readonly clock: Clock
}

interface Sight {
  readonly lease: string
  readonly since: number
  readonly lookedAt: number
}

/**
 * Tells whether other owners live. One whose process can be seen is judged at once. Any other is watched: its lease has to stay
 * unchanged for a while of our own clock. Times of two clocks are not compared for that.
 */
export class OwnerJudge {
  readonly #observer: Observer
  readonly #drafts: string
  readonly #isOwn: (name: string) => boolean
  readonly #seen = new Map<string, Sight>()

  /** @param drafts where the folders of the owners are, absolute */
  constructor(observer: Observer, drafts: string, isOwn: (name: string) => boolean) {
    this.#observer = observer
    this.#drafts = drafts
    this.#isOwn = isOwn
  }

  /**
   * Rejects with the system's error.
   *
   * @param path what else the owner changes as long as it lives, absolute
   */
  async judge(name: string, path?: string): Promise<Judgement> {
    if (this.#isOwn(name)) return ALIVE
    const dead = await isDead(name, this.#observer.name)
    if (dead !== undefined) return dead ? DEAD : ALIVE
    // Of one that has no name all that is known is its path.
    const own = name === '' && path !== undefined ? path : join(this.#drafts, name)
    const lease = HAS_LEASE.test(name) ? await readLease(own) : String(await lastChange(own))
    const silentMs = this.#look(own, lease)
    const isSilent = silentMs >= SILENT_MS
    const changedAt = Math.max(await lastChange(own), path === undefined ? 0 : await lastChange(path))
    const isAbandoned = isSilent && this.#observer.clock.wall() - changedAt > ABANDONED_MS
    return { life: isSilent && (HAS_LEASE.test(name) || isAbandoned) ? 'silent' : 'unknown', silentMs, isAbandoned }
  }

  /** Whether the folder of an owner is gone: then nothing that it began can be ended by it. */
  async isGone(name: string): Promise<boolean> {
    try {
      await lstat(join(this.#drafts, name))
      return false
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return true
      throw error
    }
  }

  /** Forgets the owners that were not looked at for a while: they are gone. */
  forget(): void {
    const now = this.#observer.clock.monotonic()
    for (const [own, { lookedAt }] of this.#seen) if (now - lookedAt > LATE_MS) this.#seen.delete(own)
  }

  /** Notes what is seen of an owner now; for how long it has been the same. */
  #look(own: string, lease: string): number {
    const now = this.#observer.clock.monotonic()
    const before = this.#seen.get(own)
    const isSame = before !== undefined && (before.lease === lease || lease === GONE)
    const since = isSame && now - before.lookedAt <= LATE_MS ? before.since : now
    this.#seen.set(own, { lease, since, lookedAt: now })
    return now - since
  }
}

/** In place of a lease whose folder was taken: that makes no silent owner one that is heard. */
const GONE = 'gone'

/** What changes with each touch. It is opened, since a network may answer from memory else. */
async function readLease(folder: string): Promise<string> {
  let file
  try {
    file = await openFile(join(folder, LEASE), constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return GONE
    throw error
  }
  try {
    const { ino, mtimeNs, ctimeNs } = await statFile(file, { bigint: true })
    return `${ino} ${mtimeNs} ${ctimeNs}`
  } finally {
    await closeFile(file)
  }
}

/** The latest modification of a file, or of a folder and what is in it, in milliseconds since 1970; 0 if it is gone. */
export async function lastChange(path: string): Promise<number> {
  try {
    const stats = await lstat(path)
    let latest = stats.mtimeMs
    if (!stats.isDirectory()) return latest
    for (const name of await folderNames(path)) latest = Math.max(latest, await lastChange(join(path, name)))
    return latest
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0
    throw error
  }
}
