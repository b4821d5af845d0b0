import type { BigIntStats } from 'node:fs'
import { isSameFile } from '../../file/same-file.ts'
import { pathIn } from '../../file/path-in.ts'
import { toStorageError } from '../../file/storage-error.ts'
import { hasCode } from '../../file/system-error.ts'
import { deleteFile } from './deletion.ts'
import { versionOf } from './disk-entry.ts'
import type { DraftPlace } from './draft-place.ts'
import { makeKeyFolders } from './key-folders.ts'
import { isReserved, reserve } from './reservation.ts'

/** The name is tried so often, if a folder on the way was removed between making it and using it. */
const ATTEMPTS = 3

/** A name that a draft has got. Call `keep` or `giveBack` at the end. */
export interface TakenName {
  /** Keeps the name. False if another file has the name by now. */
  keep(): Promise<boolean>
  /** Takes the name away from the draft, if the draft still has it and the disk allows it. Never rejects. */
  giveBack(): Promise<void>
}

/** Gives names to one draft. Each name is taken in one step, and only if it is free. */
export class NameTaker {
  readonly #place: DraftPlace
  readonly #draft: string
  readonly #stats: BigIntStats
  /** Whether another file has got a name that the draft had. The draft may have been moved to a later name. */
  #wasLost = false

  /**
   * @param draft the path of the draft, absolute
   * @param stats the stats of the draft, which tell whether a file is this draft
   */
  constructor(place: DraftPlace, draft: string, stats: BigIntStats) {
    this.#place = place
    this.#draft = draft
    this.#stats = stats
  }

  /**
   * Gives the draft the name of a key. `undefined` if the name is taken or promised. A folder or a broken symlink takes
   * a name, too. Rejects with `name-taken` if a file has the name of a folder on the way, and otherwise with the
   * system's error. The draft is unchanged then.
   */
  async take(key: string): Promise<TakenName | undefined> {
    const { root, folder } = this.#place
    const canLink = await folder.canLink()
    const target = pathIn(root, key)
    for (let attempt = 1; ; attempt++) {
      if (key.includes('/')) await makeKeyFolders(this.#place, key)
      // The process may have been stopped for so long that it counts as dead. Usually this only compares two clocks.
      await folder.owner.confirm()
      try {
        return canLink ? await this.#takeByLink(key, target) : await this.#takeByMove(key, target)
      } catch (error) {
        // ENOTDIR: a file has taken the name of a folder that was removed.
        if (!hasCode(error, 'ENOENT', 'ENOTDIR') || attempt === ATTEMPTS) throw error
        // The private folder may be missing, too, because an operator has removed it.
        await folder.restore()
      }
    }
  }

  async #takeByLink(key: string, target: string): Promise<TakenName | undefined> {
    if (!(await this.#link(target))) return undefined
    const name: TakenName = {
      keep: () => this.#stillHas(target),
      giveBack: () => ignoreFailure(() => deleteFile(this.#place, key, versionOf(this.#stats))),
    }
    // Look for a promise after linking. A transaction reserves a name first and then looks whether it is free. So at
    // least one of the two sees the other. A transaction that is over by now may have moved this file away from its
    // promised name.
    try {
      const isPromised = await isReserved(this.#place.folder, key)
      if (!(await this.#stillHas(target))) return undefined
      if (!isPromised) return name
      // A transaction waits until the link is gone.
      await this.#place.folder.calls.unlink(target)
      return undefined
    } catch (error) {
      await name.giveBack()
      // A deletion had moved the link aside, to look at its version. The upload takes another name.
      if (hasCode(error, 'ENOENT')) return undefined
      throw toStorageError(error)
    }
  }

  /** Links the draft to the new name. The draft keeps its own name. False if another file has the new name. */
  async #link(target: string): Promise<boolean> {
    try {
      await this.#place.folder.calls.link(this.#draft, target)
      return true
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error
      return this.#wasLost && (await this.#has(target))
    }
  }

  async #stillHas(target: string): Promise<boolean> {
    if (await this.#has(target)) return true
    this.#wasLost = true
    return false
  }

  async #has(target: string): Promise<boolean> {
    return isSameFile(this.#stats, await this.#place.folder.calls.find(target))
  }

  /** rename(2) overwrites. So the name is reserved before it is checked, and the reservation lasts until the end. */
  async #takeByMove(key: string, target: string): Promise<TakenName | undefined> {
    const { folder } = this.#place
    const reservation = await reserve(folder, key)
    if (reservation === undefined) return undefined
    let isMoved = false
    try {
      if (await folder.calls.exists(target)) return undefined
      await folder.calls.rename(this.#draft, target)
      isMoved = true
    } finally {
      if (!isMoved) await reservation.release()
    }
    return {
      keep: async () => {
        await reservation.release()
        return true
      },
      giveBack: async () => {
        await ignoreFailure(() => folder.calls.rename(target, this.#draft))
        await reservation.release()
      },
    }
  }
}

async function ignoreFailure(giveBack: () => unknown): Promise<void> {
  try {
    await giveBack()
  } catch {
    // ENOENT: the file was deleted meanwhile. EIO, EROFS, ...: the file stays, but no client was told about it.
  }
}
