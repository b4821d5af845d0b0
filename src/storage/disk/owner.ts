import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, rmdir, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../../file/system-error.ts'
import { LEASE, OwnerJudge } from './owner-judge.ts'
import type { Observer } from './owner-judge.ts'

/** A touch that is older than this proves nothing: the loop was blocked, the machine asleep, or the disk could not be written. */
const STALE_MS = 30_000

/** What an owner needs of its process. */
export interface OwnerHost extends Observer {
  /** Touches the owner's lease from now on. */
  keepAlive(owner: Owner): void
  /** Ends what `keepAlive` began. */
  letGo(owner: Owner): void
}

/**
 * A process as the owner of drafts in one folder. Its folder is named after the process and an epoch. An epoch ends for good when
 * its folder is gone, since another process has taken it then: whatever was begun in it finds its paths gone, and fails.
 */
export class Owner {
  /** Judges the other owners. */
  readonly judge: OwnerJudge
  /**
   * The transactions of this process, by their ids: those that are being carried out, and those that the disk did not let it carry
   * out, by what is to become of them.
   */
  readonly transactions: Map<string, 'running' | 'publish' | 'discard'> = new Map()
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

  /** Its folder, absolute. */
  get path(): string {
    return join(this.#drafts, this.#name)
  }

  /** Whether the present epoch has ended: `make` begins another. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** Whether that is the name of an epoch of this process, the present one or a former one. */
  isOwn(name: string): boolean {
    return this.#names.has(name)
  }

  /** Makes the folder and its lease, under a new name if the former ones are gone. Rejects with the system's error. */
  make(): Promise<void> {
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined
    })
    return this.#making
  }

  /**
   * To be called before each link and each verdict: a promise if the last touch is too old to be trusted, which resolves when the
   * lease has been touched again. It rejects with the system's error, with `ENOENT` if the epoch has ended.
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

  /** As `touch`. What fails is found out by `confirm`. */
  async touchQuietly(): Promise<void> {
    try {
      await this.touch()
    } catch {
      // ENOENT: the epoch has ended, and `isLost` says so. EIO, EROFS, ...: `confirm` tries again, and tells.
    }
  }

  /** One storage more uses it. */
  use(): void {
    this.#users++
  }

  /** One storage fewer uses it; with the last its folder goes, unless a draft is left in it. Never rejects. */
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
      // ENOENT: swept already. ENOTEMPTY: a draft came this instant. EIO, EROFS, ...: the sweep of another process removes it.
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
