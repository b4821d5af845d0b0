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

/** The name of the file in an owner's folder that the owner touches as long as it lives. */
export const LEASE = 'lease'

/** Milliseconds between two looks at the lease of an owner whose process cannot be seen. */
export const LOOK_MS = 15_000
/** If a look comes later than this after the one before, the watch starts again: it has seen too little in between. */
const LATE_MS = 20_000
/** An owner whose lease has not changed for so long is silent: more than six touches in a row have failed. */
const SILENT_MS = 75_000
/** After a day without a change, work counts as given up: without a lease, also a request that sends no bytes. */
const ABANDONED_MS = 24 * 60 * 60 * 1000

/** Owners of format 2 and later have an epoch, and a lease. */
const HAS_LEASE = /\.[\da-f]{16}$/

/**
 * Whether an owner lives. `dead` is certain. `silent` is not: the owner may only be stopped, so its paths have to be
 * taken from it before anything else is done. `unknown` is not decided yet.
 */
export interface Judgement {
  readonly life: 'alive' | 'dead' | 'silent' | 'unknown'
  /** For how many milliseconds the watch has seen no change. */
  readonly silentMs: number
  /** Whether nothing has changed for a day, by the times of the files. */
  readonly isAbandoned: boolean
}

const ALIVE: Judgement = { life: 'alive', silentMs: 0, isAbandoned: false }
const DEAD: Judgement = { life: 'dead', silentMs: Infinity, isAbandoned: true }

/** The process that judges others. */
export interface Observer {
  /** The name of the process. */
  readonly name: string
  readonly clock: Clock
}

interface Sight {
  readonly lease: string
  readonly since: number
  readonly lookedAt: number
}

/**
 * Tells whether other owners live. If this process can see the owner's process, the answer comes at once. Otherwise the
 * owner is watched: it is silent if its lease stays unchanged for a while. The clock of this process measures that
 * while. Times of two clocks are never compared for it.
 */
export class OwnerJudge {
  readonly #observer: Observer
  readonly #drafts: string
  readonly #isOwn: (name: string) => boolean
  readonly #seen = new Map<string, Sight>()

  /** @param drafts the folder that holds the folders of the owners, absolute */
  constructor(observer: Observer, drafts: string, isOwn: (name: string) => boolean) {
    this.#observer = observer
    this.#drafts = drafts
    this.#isOwn = isOwn
  }

  /**
   * Judges an owner by its name. Rejects with the system's error.
   *
   * @param path a file or folder that the owner also changes as long as it lives, absolute
   */
  async judge(name: string, path?: string): Promise<Judgement> {
    if (this.#isOwn(name)) return ALIVE
    const dead = await isDead(name, this.#observer.name)
    if (dead !== undefined) return dead ? DEAD : ALIVE
    // If the owner has no name, only its path is known.
    const own = name === '' && path !== undefined ? path : join(this.#drafts, name)
    const lease = HAS_LEASE.test(name) ? await readLease(own) : String(await lastChange(own))
    const silentMs = this.#look(own, lease)
    const isSilent = silentMs >= SILENT_MS
    const changedAt = Math.max(await lastChange(own), path === undefined ? 0 : await lastChange(path))
    const isAbandoned = isSilent && this.#observer.clock.wall() - changedAt > ABANDONED_MS
    return { life: isSilent && (HAS_LEASE.test(name) || isAbandoned) ? 'silent' : 'unknown', silentMs, isAbandoned }
  }

  /** Whether the folder of an owner is gone. Then the owner cannot end anything that it began. */
  async isGone(name: string): Promise<boolean> {
    try {
      await lstat(join(this.#drafts, name))
      return false
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR')) return true
      throw error
    }
  }

  /** Forgets the owners that were not judged for a while, because they are gone. */
  forget(): void {
    const now = this.#observer.clock.monotonic()
    for (const [own, { lookedAt }] of this.#seen) if (now - lookedAt > LATE_MS) this.#seen.delete(own)
  }

  /** Notes the lease of an owner. Returns for how many milliseconds it has been the same. */
  #look(own: string, lease: string): number {
    const now = this.#observer.clock.monotonic()
    const before = this.#seen.get(own)
    const isSame = before !== undefined && (before.lease === lease || lease === GONE)
    const since = isSame && now - before.lookedAt <= LATE_MS ? before.since : now
    this.#seen.set(own, { lease, since, lookedAt: now })
    return now - since
  }
}

/** Stands for a lease whose folder was taken. The owner stays silent then: a missing lease is not a sign of life. */
const GONE = 'gone'

/** The facts that change with each touch. The lease is opened, because a network may otherwise answer from memory. */
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

/** The latest modification of a file, or of a folder and its content, in milliseconds since 1970. 0 if it is gone. */
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
