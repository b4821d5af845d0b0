import type { BigIntStats } from 'node:fs'
import { isSameFile } from '../../file/same-file.ts'
import { pathIn } from '../../file/path-in.ts'
import { toStorageError } from '../../file/storage-error.ts'
import { hasCode } from '../../file/system-error.ts'
import { deleteFile } from './deletion.ts'
import { versionOf } from './disk-entry.ts'
import type { DraftPlace } from './draft-place.ts'
import { makePlainFolders } from './plain-folder.ts'
import { isReserved, reserve } from './reservation.ts'

/** Tries again if an emptied folder was removed between making it and using it. */
const ATTEMPTS = 3

/** A name that a draft has got. It ends with `keep` or `giveBack`. */
export interface TakenName {
  /** Ends the taking. False if another file has the name by now. */
  keep(): Promise<boolean>
  /** Takes the name away from the draft again, if the draft still has it and the disk lets it. Never rejects. */
  giveBack(): Promise<void>
}

/** Gives names to one draft, in one step each, and only names that nothing has. */
export class NameTaker {
  readonly #place: DraftPlace
  readonly #draft: string
  readonly #stats: BigIntStats
  /** Another file has got a name that the draft had for a moment. The draft may have been moved to a name after it. */
  #wasLost = false

  /**
   * @param draft where the draft is, absolute
   * @param stats of the draft: they tell whether a name is that of the draft
   */
  constructor(place: DraftPlace, draft: string, stats: BigIntStats) {
    this.#place = place
    this.#draft = draft
    this.#stats = stats
  }

  /**
   * Gives the draft the name of a key. `undefined` if anything has that name or it is promised, be it a folder or a
   * symlink that leads nowhere. Rejects with the system's error, and then the draft is where it was.
   */
  async take(key: string): Promise<TakenName | undefined> {
    const { root, folder } = this.#place
    const canLink = await folder.canLink()
    const target = pathIn(root, key)
    for (let attempt = 1; ; attempt++) {
      if (key.includes('/')) await makePlainFolders(root, key, folder.folderMode)
      // Compares two clocks, nearly always: the process may have been stopped for so long that it counts as dead.
      await folder.owner.confirm()
      try {
        return canLink ? await this.#takeByLink(key, target) : await this.#takeByMove(key, target)
      } catch (error) {
        if (!hasCode(error, 'ENOENT') || attempt === ATTEMPTS) throw error
        // The private folder may be missing, too: an operator has removed it.
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
    // Looked at after linking. A transaction reserves a name first and then looks whether it is free, so at least one
    // of the two sees the other. A transaction that is over by now may have moved this file away from its promised
    // name.
    try {
      const isPromised = await isReserved(this.#place.folder, key)
      if (!(await this.#stillHas(target))) return undefined
      if (!isPromised) return name
      // Nothing else removes or replaces the link meanwhile: the transaction waits for it, and a deletion waits for
      // the transaction.
      await this.#place.folder.calls.unlink(target)
      return undefined
    } catch (error) {
      await name.giveBack()
      throw toStorageError(error)
    }
  }

  /** The draft keeps its own name beside the new one. False if something else has the new one. */
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

  /** rename(2) overwrites, so the name is looked at while no other process can take it, and is held until the end. */
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
    // ENOENT: deleted meanwhile. EIO, EROFS, ...: the name stays, and no client was told that it would.
  }
}
