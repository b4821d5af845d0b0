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

/** The version of the layout that this version of Decant writes. It stands in `.decant/format`. */
const FORMAT = 2

/** The name of the private folder within the folder of the stored files. */
export const PRIVATE_NAME = '.decant'

export interface PrivateFolderOptions {
  /** Whether drafts are published by hard links. `auto`, the default, uses them if the file system has them. */
  readonly links?: 'auto' | 'never'
  /** Whether the names of new folders are flushed to the medium. Default false. */
  readonly durable?: boolean
  /** Whether small calls are made at once. `auto`, the default, does so if the disk answers quickly. */
  readonly calls?: 'auto' | 'threads'
  /** Permissions of the folders of stored files. Default: `0o777`, reduced by the umask. */
  readonly folderMode?: number | undefined
  /** Tidies up before the first draft. Default: nothing. */
  readonly sweep?: () => Promise<unknown>
  /** The process that uses the folder. Default: this one. */
  readonly host?: Host
}

/**
 * The folder `<folder>/.decant` (mode 0700). It holds everything that no reader may see:
 *
 * - `format`: the version of this layout
 * - `drafts/<owner>/<id>`: drafts of a request, which are removed after the process that owns them is gone
 * - `drafts/<owner>/lease`: a file that the owner touches as long as it lives
 * - `drafts/expiring/<id>` and `<id>.json`: drafts that outlive their process, until their time is over
 * - `records/<hash of the key>`: facts that a key cannot tell
 * - `reserved/<hash of the key>/`: names that are promised to a transaction. If the file system has no links, also
 *   names that are being taken
 * - `prepared/<id>@<owner>/`: the files of a prepared transaction, which only this owner may carry out
 */
export class PrivateFolder {
  readonly drafts: string
  readonly expiringDrafts: string
  readonly records: string
  readonly reserved: string
  readonly prepared: string
  /** Permissions of new folders of stored files. `undefined` leaves them to the umask. */
  readonly folderMode: number | undefined
  /** This process, as the owner of drafts. */
  readonly owner: Owner
  /** Calls to the disk of this folder. */
  readonly calls: DiskCalls = new DiskCalls()
  readonly #folder: string
  readonly #path: string
  readonly #links: 'auto' | 'never'
  readonly #durable: boolean
  readonly #isAtOnce: boolean
  readonly #sweep: () => Promise<unknown>
  readonly #trust: FolderTrust
  /** Whether a check found that only this user owns the folder and can write to it. */
  #isTrusted = false
  /** Whether the operator was warned that the folder is refused. */
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

  /** The folder with the drafts of this process, absolute. */
  get ownDrafts(): string {
    return this.owner.path
  }

  /**
   * Makes the layout, once. Sweeps before the first draft, because dead drafts may have filled the disk. Rejects with
   * the system's error, and then the next call tries again. Rejects with a TypeError for a newer layout, and for a
   * folder that another user owns or may write to.
   */
  prepare(): Promise<void> {
    // Another process has taken the owner's folder, or a storage was closed. From now on, drafts need a new epoch.
    if (this.owner.isLost) this.#ready = undefined
    this.#ready ??= this.#make().catch((error: unknown) => {
      this.#ready = undefined
      throw error
    })
    return this.#ready
  }

  /** Makes only the folder of this process, which is enough for a sweep. Rejects with the system's error. */
  async makeOwn(): Promise<void> {
    await this.owner.make()
    if (!this.#isUsed) this.owner.use()
    this.#isUsed = true
  }

  /** Makes the layout again, after an operator removed it while the process was running. */
  restore(): Promise<void> {
    this.#ready = undefined
    return this.prepare()
  }

  /** Removes the folder of this process, if it can. The private folder can be used again afterwards. Never rejects. */
  async close(): Promise<void> {
    await this.#ready?.catch(() => {})
    if (!this.#isUsed) return
    this.#isUsed = false
    this.#ready = undefined
    await this.owner.release()
  }

  /** Whether a draft can be published by link(2). The first call tries it. */
  canLink(): boolean | Promise<boolean> {
    this.#canLink ??= this.#links === 'auto' && this.#findLinks()
    return this.#canLink
  }

  /**
   * Refuses a private folder into which another user may have put something. Call it before the content is trusted. It
   * checks the folder each time until it is all right, because the folder may be mended, or made later.
   *
   * @returns false if there is no such folder
   * @throws {TypeError} with a sentence that says how to mend the folder.
   */
  async checkTrust(): Promise<boolean> {
    if (this.#isTrusted) return true
    if (!(await this.#trust.check(this.#path))) return false
    for (const folder of [this.drafts, ...this.#others]) await this.#trust.check(folder)
    this.#isTrusted = true
    return true
  }

  /**
   * Whether there is a private folder that readers can trust. Readers also work without one. If the folder is refused,
   * the process warns once.
   */
  isTrusted(): true | Promise<boolean> {
    return this.#isTrusted || this.#askForTrust()
  }

  /** Refuses a layout of a later version with a TypeError. Returns the format, or `undefined` if there is none yet. */
  async checkFormat(): Promise<number | undefined> {
    let text
    try {
      text = await readFile(join(this.#path, 'format'), 'utf8')
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined
      throw error
    }
    // The file was made just before a loss of power: its bytes never reached the medium.
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
      // After any other error (EACCES, EIO, ...), the content cannot be read either.
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
    // Files of format 1 are still understood. Processes that know only format 1 refuse the folder by its new number.
    if (format !== FORMAT) {
      // A rename is one step, so no other process ever reads half of the file.
      const temporary = join(this.ownDrafts, `${randomUUID()}.format`)
      await writeFile(temporary, `${FORMAT}\n`, { flag: 'wx', mode: 0o600 })
      await rename(temporary, join(this.#path, 'format'))
    }
    if (this.#isAtOnce) await this.calls.look(this.#path)
    // Flush the folders even if another process made them, because it may not have flushed them.
    if (this.#durable) await Promise.all([flushFolder(this.#path), flushFolder(this.#folder), this.#flushAncestors()])
    if (this.#swept) return
    this.#swept = true
    try {
      await this.#sweep()
    } catch {
      // EACCES, EIO, ...: uploads may still work, even if the sweep cannot.
    }
  }

  /**
   * Makes a private folder if there is none. An existing one may belong to another user or be a symlink, and is then
   * refused.
   */
  async #makeFolder(path: string): Promise<void> {
    try {
      await mkdir(path, { mode: 0o700 })
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error
    }
    await this.#trust.check(path)
  }

  /** Flushes the name of the stored files' folder, and those of the folders above it on the same file system. */
  async #flushAncestors(): Promise<void> {
    const { dev } = await stat(this.#folder)
    for (let path = dirname(this.#folder); (await stat(path)).dev === dev; path = dirname(path)) {
      try {
        await flushFolder(path)
      } catch (error) {
        // EACCES: another user made the folder, and this user may not read it.
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
