import { randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { lstat, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { geteuid } from 'node:process'
import { hasCode } from '../../file/system-error.ts'

/** The permission bits that let other users write, and all bits for other users (chmod(2)). */
const OTHERS_WRITE = 0o022
const OTHERS = 0o077

/** Owner and permissions of a file or folder. */
export type Ownership = Pick<Stats, 'uid' | 'mode'>

/** How a process sees owners. */
interface Viewer {
  /** The number of the user that owns new files of this process; `undefined` on systems without such numbers. */
  readonly user: () => number | undefined
  /** Makes a file that only this user may open, and removes it; `undefined` if none can be made in this folder. */
  readonly tryFile: (folder: string) => Promise<Ownership | undefined>
}

/**
 * Makes sure that no other user can have put anything into the private folder. Its content is published, deleted and
 * trusted without any check, so it has to come from this user alone.
 *
 * Some file systems keep no owners or no permissions: FAT, SMB shares, and NFS for root. There, a file of our own looks
 * as wrong as the folder. So if the folder looks wrong, a sample file is made and compared with it. It is opened as a
 * new file and checked by its descriptor, so no other user can put another file in its place.
 */
export class FolderTrust {
  readonly #root: string
  readonly #path: string
  readonly #viewer: Viewer
  #sample: Ownership | undefined

  /**
   * @param root the folder of the stored files, absolute
   * @param path the private folder, absolute
   */
  constructor(root: string, path: string, viewer: Viewer = { user: () => geteuid?.(), tryFile }) {
    this.#root = root
    this.#path = path
    this.#viewer = viewer
  }

  /**
   * False if there is no such folder.
   *
   * @param path the private folder, or one in it
   * @throws {TypeError} for a symlink, a file, and a folder that another user owns or may write to.
   */
  async check(path: string): Promise<boolean> {
    let stats
    try {
      stats = await lstat(path)
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return false
      throw error
    }
    // A symlink would lead the drafts elsewhere.
    if (!stats.isDirectory()) throw new TypeError(`${path} is not a folder. Remove it.`)
    const user = this.#viewer.user()
    if (user === undefined) return true
    if (stats.uid !== user && stats.uid !== (await this.#sampleFile())?.uid) throw this.#ownedBy(stats.uid, path, user)
    const othersWrite = (stats.mode & OTHERS_WRITE) !== 0
    if (othersWrite && !showsOthers(await this.#sampleFile())) throw this.#writableBy(stats.mode, path)
    return true
  }

  async #sampleFile(): Promise<Ownership | undefined> {
    this.#sample ??= await this.#viewer.tryFile(this.#root)
    return this.#sample
  }

  #ownedBy(owner: number, path: string, user: number): TypeError {
    const handOver = `run "chown -R ${user} ${quoted(this.#path)}" if you trust what is in it`
    const mend =
      user === 0 ? `Run Decant as ${nameOf(owner)}, or ${handOver}.` : `As root, ${handOver}. Otherwise remove it.`
    return new TypeError(`${path} belongs to ${nameOf(owner)}, and this process runs as ${nameOf(user)}. ${mend}`)
  }

  #writableBy(mode: number, path: string): TypeError {
    return new TypeError(
      `Other users may write to ${path} (permissions ${(mode & 0o777).toString(8)}). ` +
        `Run "chmod -R go-w ${quoted(this.#path)}" if you trust what is in it. Otherwise remove it.`,
    )
  }
}

/** Whether the file system shows permissions of other users for a file that was made without any. */
function showsOthers(sample: Ownership | undefined): boolean {
  return sample !== undefined && (sample.mode & OTHERS) !== 0
}

async function tryFile(folder: string): Promise<Ownership | undefined> {
  const path = join(folder, `.decant-${randomUUID()}.probe`)
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      return await file.stat()
    } finally {
      await file.close()
      await rm(path, { force: true })
    }
  } catch {
    // EACCES, EROFS, ENOSPC, ...: without a sample, the owner and permissions of the folder count as they are.
    return undefined
  }
}

function nameOf(user: number): string {
  return user === 0 ? 'root' : `the user ${user}`
}

/** The path, quoted for a shell. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
