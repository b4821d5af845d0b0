import { randomUUID } from 'node:crypto'
import { rename, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../../file/exists.ts'
import { toStorageError } from '../../file/storage-error.ts'
import { isMissing } from '../../file/system-error.ts'
import { isDiskKey } from './disk-key.ts'
import type { SealedDraft } from '../draft.ts'
import type { FileRecord, StorageEntry } from '../storage.ts'
import type { StorageTransaction } from '../transaction.ts'
import type { DraftPlace } from './draft-place.ts'
import { makePlainFolders } from './plain-folder.ts'
import { pathAside, prepareFiles, publishPrepared, removeFolder, takeOut, withdrawFiles } from './prepared-files.ts'
import { deferPrepared } from './prepared-settlement.ts'
import { reserve } from './reservation.ts'
import type { Reservation } from './reservation.ts'
import { SealedDiskDraft } from './sealed-disk-draft.ts'

type State = 'open' | 'prepared' | 'failed' | 'over'

interface ReservedDraft {
  readonly draft: SealedDiskDraft
  readonly entry: StorageEntry
  readonly reservation: Reservation
}

/**
 * A transaction in the private folder. Preparing it moves all its drafts into one folder, and that folder to where it
 * counts, in one step: it happened or it did not.
 */
export class DiskTransaction implements StorageTransaction {
  readonly #id: string = randomUUID()
  readonly #place: DraftPlace
  readonly #drafts: ReservedDraft[] = []
  /** Those that were made for its keys. */
  readonly #folders: string[] = []
  #state: State = 'open'

  constructor(place: DraftPlace) {
    this.#place = place
  }

  async reserve(sealed: SealedDraft, key: string, record?: FileRecord): Promise<StorageEntry | undefined> {
    this.#require('open')
    const draft = this.#ownDraft(sealed)
    if (!isDiskKey(key)) throw new TypeError(`${JSON.stringify(key)} is no key.`)
    try {
      const reservation = await this.#reserveKey(key)
      if (reservation === undefined) return undefined
      try {
        const entry = await draft.reserve(key, record)
        this.#drafts.push({ draft, entry, reservation })
        return entry
      } catch (error) {
        await reservation.release()
        throw error
      }
    } catch (error) {
      throw error instanceof TypeError ? error : toStorageError(error)
    }
  }

  async prepare(): Promise<void> {
    this.#require('open')
    try {
      const files = this.#drafts.map(({ draft, entry }) => ({
        path: draft.path,
        key: entry.key,
        version: entry.version,
        hasRecord: entry.record !== undefined,
      }))
      await prepareFiles(this.#place, this.#id, files)
      this.#state = 'prepared'
    } catch (error) {
      if (!(await this.#takeBack())) this.#giveUp()
      throw toStorageError(error)
    }
  }

  async commit(): Promise<void> {
    this.#require('prepared', 'failed')
    try {
      await publishPrepared(this.#place, this.#id)
    } catch (error) {
      this.#state = 'failed'
      throw toStorageError(error)
    }
    this.#state = 'over'
    for (const { draft, reservation } of this.#drafts) {
      draft.release(true)
      await reservation.release()
    }
  }

  async defer(): Promise<void> {
    this.#require('failed')
    this.#state = 'over'
    await deferPrepared(this.#place, this.#id)
  }

  async rollback(): Promise<void> {
    if (this.#state === 'over') return
    if (this.#state !== 'open' && !(await this.#takeBack())) return this.#giveUp()
    this.#state = 'over'
    for (const { draft, reservation } of this.#drafts) {
      draft.release(false)
      await reservation.release()
    }
    for (const folder of this.#folders.toReversed()) await removeEmptyFolder(folder)
  }

  /** The key is reserved first and looked for then: whoever publishes does it the other way round. */
  async #reserveKey(key: string): Promise<Reservation | undefined> {
    const { root, folder } = this.#place
    const reservation = await reserve(folder, key, this.#id)
    if (reservation === undefined) return undefined
    try {
      // Now, since a file of a folder's name would be in the way of publishing for ever.
      this.#folders.push(...(await makePlainFolders(root, key)))
      if (!(await exists(join(root, key)))) return reservation
    } catch (error) {
      await reservation.release()
      throw error
    }
    await reservation.release()
    return undefined
  }

  /** Makes what was prepared, or begun to be, drafts again. False where the disk does not let it. */
  async #takeBack(): Promise<boolean> {
    const place = this.#place
    const id = this.#id
    try {
      if (this.#state === 'failed') await withdrawFiles(place, id)
      await takeOut(place, id)
    } catch (error) {
      // ENOENT: it was not among the prepared ones yet.
      if (!isMissing(error)) return false
    }
    const aside = pathAside(place, id)
    for (const [index, { draft }] of this.#drafts.entries()) {
      for (const suffix of ['', '.record']) {
        try {
          await rename(join(aside, `${index}${suffix}`), draft.path + suffix)
        } catch {
          // ENOENT: it was not moved yet. EIO, ...: the draft is lost, as it is where a disk fails.
        }
      }
    }
    await removeFolder(aside)
    return true
  }

  /** Leaves it to the next sweep to discard what cannot be taken back. The keys stay promised until then. */
  #giveUp(): void {
    this.#state = 'over'
    this.#place.unsettled.set(this.#id, 'discard')
    for (const { draft } of this.#drafts) draft.release(false)
  }

  #ownDraft(sealed: SealedDraft): SealedDiskDraft {
    if (sealed instanceof SealedDiskDraft && sealed.isIn(this.#place)) return sealed
    throw new TypeError('The draft belongs to another storage.')
  }

  #require(...states: readonly State[]): void {
    if (!states.includes(this.#state))
      throw new TypeError(`The transaction is ${this.#state}, not ${states.join(' or ')}.`)
  }
}

async function removeEmptyFolder(path: string): Promise<void> {
  try {
    await rmdir(path)
  } catch {
    // ENOTEMPTY: somebody else has put something in. ENOENT, EIO, EROFS, ...: an empty folder is no harm.
  }
}
