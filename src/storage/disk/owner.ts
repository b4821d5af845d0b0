import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, rmdir, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../../file/system-error.ts'
import { LEASE, OwnerJudge } from './owner-judge.ts'
import type { Observer } from './owner-judge.ts'

/**
 * A touch that is older than this proves nothing. The event loop may have been blocked, the machine may have slept, or
 * the disk could not be written.
 */
const STALE_MS = 30_000

/** The process of an owner. */
export interface OwnerHost extends Observer {
  /** Touches the owner's lease from now on. */
  keepAlive(owner: Owner): void
  /** Stops touching the owner's lease. */
  letGo(owner: Owner): void
}

/**
 * A process as the owner of drafts in one folder. The owner's folder is named after the process and an epoch. When that
 * folder is gone, another process has taken it, and the epoch has ended for good. All work that began in the epoch then
 * fails, because its paths are gone.
 */
export class Owner {
  /** Judges the other owners. */
  readonly judge: OwnerJudge
  /**
   * The transactions of this process, by their ids. A `running` one is being carried out. Of the others, the disk
   * refused the work, and the value is their verdict.
   */
  readonly transactions: Map<string, 'running' | 'publish' | 'publish-only' | 'discard'> = new Map()
  readonly #host: OwnerHost
  readonly #drafts: string
  readonly #names = new Set<string>()
  #name = ''
  #isMade = false
  #isLost = false
  #making: Promise<void> | undefined
  #touching: Promise<void> | undefined
  /** When the last touch that succeeded began, by both clocks. */
  #monotonic = 0
  #wall = 0
  #users = 0

  constructor(host: OwnerHost, drafts: string) {
    this.#host = host
    this.#drafts = drafts
    this.judge = new OwnerJudge(host, drafts, (name) => this.isOwn(name))
    this.#begin()
  }

  /** The name of the present epoch. */
  get name(): string {
    return this.#name
  }

  /** The folder of the present epoch, absolute. */
  get path(): string {
    return join(this.#drafts, this.#name)
  }

  /** Whether the present epoch has ended. Then `make` begins another one. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** Whether `name` is an epoch of this process, the present one or a former one. */
  isOwn(name: string): boolean {
    return this.#names.has(name)
  }

  /** Makes the folder and its lease. If they are gone, begins a new epoch. Rejects with the system's error. */
  make(): Promise<void> {
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined
    })
    return this.#making
  }

  /**
   * Call it before each link and each verdict. If the last touch is too old, it touches the lease again and returns a
   * promise. The promise rejects with the system's error, which is `ENOENT` if the epoch has ended.
   */
  confirm(): Promise<void> | undefined {
    const { clock } = this.#host
    const isFresh =
      clock.monotonic() - this.#monotonic <= STALE_MS &&
      Math.abs(clock.wall() - this.#wall) <= STALE_MS &&
      !this.#isLost
    return isFresh ? undefined : this.touch()
  }

  /** Touches the lease, by its path. Rejects with the system's error. */
  touch(): Promise<void> {
    this.#touching ??= this.#touch().finally(() => {
      this.#touching = undefined
    })
    return this.#touching
  }

  /** Like `touch`, but never rejects: `confirm` finds out about failures. */
  async touchQuietly(): Promise<void> {
    try {
      await this.touch()
    } catch {
      // ENOENT: the epoch has ended, and `isLost` says so. EIO, EROFS, ...: `confirm` tries again, and rejects.
    }
  }

  /** Counts one storage more that uses the owner. */
  use(): void {
    this.#users++
  }

  /**
   * Counts one storage fewer. After the last storage, removes the folder, unless a draft is left in it. Never rejects.
   */
  async release(): Promise<void> {
    this.#users--
    if (this.#users > 0 || !this.#isMade) return
    this.#host.letGo(this)
    await this.#touching?.catch(() => {})
    try {
      if ((await readdir(this.path)).some((name) => name !== LEASE)) return
      this.#isLost = true
      await unlink(join(this.path, LEASE))
      await rmdir(this.path)
    } catch {
      // ENOENT: swept already. ENOTEMPTY: a draft came at the same moment. EIO, EROFS, ...: the sweep of another
      // process removes the folder.
    }
  }

  async #make(): Promise<void> {
    if (this.#isMade && !this.#isLost) {
      try {
        await lstat(join(this.path, LEASE))
        this.#host.keepAlive(this)
        return
      } catch (error) {
        if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
      }
    }
    if (this.#isMade) this.#begin()
    this.#isMade = true
    this.#mark()
    await mkdir(this.path, { mode: 0o700 })
    await writeFile(join(this.path, LEASE), '', { flag: 'wx', mode: 0o600 })
    this.#isLost = false
    this.#host.keepAlive(this)
  }

  #begin(): void {
    this.#name = `${this.#host.name}.${randomBytes(8).toString('hex')}`
    this.#names.add(this.#name)
  }

  async #touch(): Promise<void> {
    const { monotonic, wall } = this.#now()
    const name = this.#name
    try {
      const time = new Date(wall)
      await utimes(join(this.path, LEASE), time, time)
      this.#monotonic = monotonic
      this.#wall = wall
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTDIR') && name === this.#name) this.#isLost = true
      throw error
    }
  }

  #mark(): void {
    const { monotonic, wall } = this.#now()
    this.#monotonic = monotonic
    this.#wall = wall
  }

  #now(): { readonly monotonic: number; readonly wall: number } {
    const { clock } = this.#host
    return { monotonic: clock.monotonic(), wall: clock.wall() }
  }
}
