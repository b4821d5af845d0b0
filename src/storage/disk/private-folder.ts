import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { emitWarning } from 'node:process'
import { DiskCalls } from '../../file/disk-calls.ts'
import { flushFolder } from '../../file/folder-flush.ts'
import { makeFolders } from '../../file/make-folders.ts'
import { hasCode, hasNoLinks } from '../../file/system-error.ts'
import { FolderTrust } from './folder-trust.ts'
import { thisHost } from './host.ts'
import type { Host } from './host.ts'
import type { Owner } from './owner.ts'

/** The layout that this version writes, kept in `.decant/format`. */
const FORMAT = 2

/** The name of the private folder in that of the stored files. */
export const PRIVATE_NAME = '.decant'

export interface PrivateFolderOptions {
  /** Whether drafts are published by hard links where there are any. Default `auto`. */
  readonly links?: 'auto' | 'never'
  /** Flushes the names of what it makes to the medium. Default false. */
  readonly durable?: boolean
  /** Whether small calls are made at once where the disk lets it. Default `auto`. */
  readonly calls?: 'auto' | 'threads'
  /** Permissions of the folders of stored files. Default what the umask leaves of `0o777`. */
  readonly folderMode?: number | undefined
  /** Tidies up before the first draft. Default: nothing. */
  readonly sweep?: () => Promise<unknown>
  /** The process that uses it. Default this one. */
  readonly host?: Host
}

/**
 * `<folder>/.decant`, where everything lives that no reader may see (mode 0700):
 *
 * - `format`: the version of this layout
 * - `drafts/<owner>/<id>`: drafts of a request, gone with the process that owns them, and `lease`, which it touches while it lives
 * - `drafts/expiring/<id>` and `<id>.json`: drafts that outlive it, gone when their time is over
 * - `records/<hash of the key>`: what a key cannot tell
 * - `reserved/<hash of the key>/`: names being taken, where the file system has no links, and names that a transaction
 *   was promised
 * - `prepared/<id>@<owner>/`: the files of a transaction that only has to be carried out, by its owner alone
 */
export class PrivateFolder {
  readonly drafts: string
  readonly expiringDrafts: string
  readonly records: string
  readonly reserved: string
  readonly prepared: string
  /** Permissions of the folders of stored files that are made; `undefined` leaves them to the umask. */
  readonly folderMode: number | undefined
  /** This process, as the owner of drafts. */
  readonly owner: Owner
  /** Calls to the disk that it is on. */
  readonly calls: DiskCalls = new DiskCalls()
  readonly #folder: string
  readonly #path: string
  readonly #links: 'auto' | 'never'
  readonly #durable: boolean
  readonly #isAtOnce: boolean
  readonly #sweep: () => Promise<unknown>
  readonly #trust: FolderTrust
  /** Whether all of it was found to belong to this user alone. */
  #isTrusted = false
  /** Whether the operator was warned that it does not. */
  #isTold = false
  #ready: Promise<void> | undefined
  #canLink: boolean | Promise<boolean> | undefined
  #swept = false
  #isUsed = false

  constructor(folder: string, options: PrivateFolderOptions = {}) {
    const { links = 'auto', durable = false, calls = 'auto', folderMode, sweep, host = thisHost } = options
    this.#folder = folder
    this.#links = links
    this.#isAtOnce = calls === 'auto'
    this.#durable = durable
    this.folderMode = folderMode
    this.#sweep = sweep ?? (async () => {})
    this.#path = join(folder, PRIVATE_NAME)
    this.#trust = new FolderTrust(folder, this.#path)
    this.drafts = join(this.#path, 'drafts')
    this.owner = host.ownerFor(this.drafts)
    this.expiringDrafts = join(this.drafts, 'expiring')
    this.records = join(this.#path, 'records')
    this.reserved = join(this.#path, 'reserved')
    this.prepared = join(this.#path, 'prepared')
  }

  /** Where the drafts of this process are, absolute. */
  get ownDrafts(): string {
    return this.owner.path
  }

  /**
   * Makes the layout, once, and sweeps before the first draft: a disk that dead drafts have filled must take the next
   * one. Fails with the system's error, after which the next call tries again, or with a TypeError for a newer layout
   * and for a folder that another user owns or may write to.
   */
  prepare(): Promise<void> {
    // Another process has taken what this one had, or a storage was closed: what comes now belongs to another epoch.
    if (this.owner.isLost) this.#ready = undefined
    this.#ready ??= this.#make().catch((error: unknown) => {
      this.#ready = undefined
      throw error
    })
    return this.#ready
  }

  /** Makes the folder of this process alone, which is to be enough for a sweep. Rejects with the system's error. */
  async makeOwn(): Promise<void> {
    await this.owner.make()
    if (!this.#isUsed) this.owner.use()
    this.#isUsed = true
  }

  /** Makes the layout anew: somebody removed it while the process was running. */
  restore(): Promise<void> {
    this.#ready = undefined
    return this.prepare()
  }

  /** Removes what it has made for this process alone, if it can. Can be used again. Never rejects. */
  async close(): Promise<void> {
    await this.#ready?.catch(() => {})
    if (!this.#isUsed) return
    this.#isUsed = false
    this.#ready = undefined
    await this.owner.release()
  }

  /** Whether a draft can be published by link(2). Found out by trying, once. */
  canLink(): boolean | Promise<boolean> {
    this.#canLink ??= this.#links === 'auto' && this.#findLinks()
    return this.#canLink
  }

  /**
   * Refuses a private folder into which another user may have put something. Call it before anything there is
   * believed. It looks again until all is well, since the folder may be mended, or made later.
   *
   * @returns false if it is not there
   * @throws {TypeError} with a sentence that says how to mend it.
   */
  async checkTrust(): Promise<boolean> {
    if (this.#isTrusted) return true
    if (!(await this.#trust.check(this.#path))) return false
    for (const folder of [this.drafts, ...this.#others]) await this.#trust.check(folder)
    this.#isTrusted = true
    return true
  }

  /**
   * Whether there is a private folder that readers can believe. They can do without one. If it is refused, the process
   * warns once.
   */
  isTrusted(): true | Promise<boolean> {
    return this.#isTrusted || this.#askForTrust()
  }

  /** Refuses a layout that a later version made. Fails with a TypeError. */
  async checkFormat(): Promise<number | undefined> {
    let text
    try {
      text = await readFile(join(this.#path, 'format'), 'utf8')
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined
      throw error
    }
    // Made an instant before the power went: its bytes never reached the medium.
    if (/^[\s\0]*$/.test(text)) return undefined
    const format = Number(text)
    if (Number.isInteger(format) && format >= 1 && format <= FORMAT) return format
    throw new TypeError(
      `${this.#path} has format ${JSON.stringify(text.trim().slice(0, 20))}, and this version of Decant knows ` +
        `formats up to ${FORMAT}. Update Decant, or give it another folder.`,
    )
  }

  get #others(): readonly string[] {
    return [this.expiringDrafts, this.records, this.reserved, this.prepared]
  }

  async #askForTrust(): Promise<boolean> {
    try {
      return await this.checkTrust()
    } catch (error) {
      // Any other error (EACCES, EIO, ...): nothing there can be read either.
      if (!this.#isTold && error instanceof TypeError) {
        this.#isTold = true
        emitWarning(error.message, { type: 'DecantWarning', code: 'DECANT_UNTRUSTED' })
      }
      return false
    }
  }

  async #make(): Promise<void> {
    await makeFolders(this.#folder, this.folderMode)
    await this.#makeFolder(this.#path)
    const format = await this.checkFormat()
    await this.#makeFolder(this.drafts)
    await this.makeOwn()
    await Promise.all(this.#others.map((folder) => this.#makeFolder(folder)))
    this.#isTrusted = true
    // What format 1 has left is understood as it is; its processes are told to go by the number.
    if (format !== FORMAT) {
      // Renamed into its place, so that no other process ever reads half of it.
      const temporary = join(this.ownDrafts, `${randomUUID()}.format`)
      await writeFile(temporary, `${FORMAT}\n`, { flag: 'wx', mode: 0o600 })
      await rename(temporary, join(this.#path, 'format'))
    }
    if (this.#isAtOnce) await this.calls.look(this.#path)
    // Whoever made them, and when: nobody can tell whether they were flushed.
    if (this.#durable) await Promise.all([flushFolder(this.#path), flushFolder(this.#folder), this.#flushAncestors()])
    if (this.#swept) return
    this.#swept = true
    try {
      await this.#sweep()
    } catch {
      // EACCES, EIO, ...: what stands in the way of tidying up may leave uploading alone.
    }
  }

  /**
   * Makes a private folder if there is none. One that is there may be another user's, or a symlink: that is refused.
   */
  async #makeFolder(path: string): Promise<void> {
    try {
      await mkdir(path, { mode: 0o700 })
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error
    }
    await this.#trust.check(path)
  }

  /** Flushes the name of the folder itself, and those of the folders that were made for it, as far as its file system goes. */
  async #flushAncestors(): Promise<void> {
    const { dev } = await stat(this.#folder)
    for (let path = dirname(this.#folder); (await stat(path)).dev === dev; path = dirname(path)) {
      try {
        await flushFolder(path)
      } catch (error) {
        // EACCES: a folder that others made and that is not ours to read.
        if (!hasCode(error, 'EACCES')) throw error
      }
      if (path === dirname(path)) return
    }
  }

  async #findLinks(): Promise<boolean> {
    try {
      this.#canLink = await this.#probeLinks()
      return this.#canLink
    } catch (error) {
      this.#canLink = undefined
      throw error
    }
  }

  async #probeLinks(): Promise<boolean> {
    const probe = join(this.ownDrafts, `${randomUUID()}.probe`)
    try {
      await (await open(probe, 'wx', 0o600)).close()
      await link(probe, `${probe}.link`)
      return true
    } catch (error) {
      if (hasNoLinks(error)) return false
      throw error
    } finally {
      await Promise.all([rm(probe, { force: true }), rm(`${probe}.link`, { force: true })])
    }
  }
}
