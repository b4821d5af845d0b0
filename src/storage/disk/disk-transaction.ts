import { randomUUID } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../../file/exists.ts'
import { toStorageError } from '../../file/storage-error.ts'
import { isDiskKey } from './disk-key.ts'
import type { SealedDraft } from '../draft.ts'
import type { FileRecord, StorageEntry } from '../storage.ts'
import type { StorageTransaction } from '../transaction.ts'
import type { DraftPlace } from './draft-place.ts'
import { checkPlainFolders } from './plain-folder.ts'
import {
  leaveToSweep,
  prepareFiles,
  publishPrepared,
  removeFolder,
  removePrepared,
  takeFromSweep,
  withdrawFiles,
} from './prepared-files.ts'
import { reserve } from './reservation.ts'
import type { Reservation } from './reservation.ts'
import { SealedDiskDraft } from './sealed-disk-draft.ts'

interface ReservedDraft {
  readonly draft: SealedDiskDraft
  readonly key: string
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
  #state: 'open' | 'prepared' | 'failed' | 'over' = 'open'

  constructor(place: DraftPlace) {
    this.#place = place
  }

  async reserve(sealed: SealedDraft, key: string, record: FileRecord): Promise<StorageEntry | undefined> {
    this.#require('open')
    const draft = this.#ownDraft(sealed)
    if (!isDiskKey(key)) throw new TypeError(`${JSON.stringify(key)} is no key.`)
    try {
      const reservation = await this.#reserveKey(key)
      if (reservation === undefined) return undefined
      try {
        const entry = await draft.reserve(key, record)
        this.#drafts.push({ draft, key, reservation })
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
      const files = this.#drafts.map(({ draft, key }) => ({ path: draft.path, key }))
      await prepareFiles(this.#place, this.#id, files)
      this.#state = 'prepared'
    } catch (error) {
      await this.#putBack(await removePrepared(this.#place, this.#id))
      throw toStorageError(error)
    }
  }

  async commit(): Promise<void> {
    this.#require('prepared')
    try {
      await publishPrepared(this.#place, this.#id)
    } catch (error) {
      this.#state = 'failed'
      await leaveToSweep(this.#place, this.#id)
      throw toStorageError(error)
    }
    this.#state = 'over'
    await this.#release(true)
  }

  async rollback(): Promise<void> {
    const state = this.#state
    if (state === 'over') return
    this.#state = 'over'
    if (state === 'failed') {
      // Else a sweep was quicker, and has carried it out.
      if (!(await takeFromSweep(this.#place, this.#id))) return this.#release(true)
      const files = this.#drafts.map(({ draft, key }) => ({ key, isOf: (stats: BigIntStats) => draft.isOf(stats) }))
      await withdrawFiles(this.#place, this.#id, files)
    }
    if (state !== 'open') await this.#putBack(await removePrepared(this.#place, this.#id))
    await this.#release(false)
  }

  async #release(isPublished: boolean): Promise<void> {
    for (const { draft, reservation } of this.#drafts) {
      draft.release(isPublished)
      await reservation.release()
    }
  }

  /** The key is reserved first and looked for then: whoever publishes does it the other way round. */
  async #reserveKey(key: string): Promise<Reservation | undefined> {
    const { root, folder } = this.#place
    const reservation = await reserve(folder, key, this.#id)
    if (reservation === undefined) return undefined
    try {
      await checkPlainFolders(root, key)
      if (!(await exists(join(root, key)))) return reservation
    } catch (error) {
      await reservation.release()
      throw error
    }
    await reservation.release()
    return undefined
  }

  /** Moves the drafts back out of the folder of the transaction, and removes that. Never rejects. */
  async #putBack(folder: string): Promise<void> {
    for (const [index, { draft }] of this.#drafts.entries()) {
      for (const suffix of ['', '.record']) {
        try {
          await rename(join(folder, `${index}${suffix}`), draft.path + suffix)
        } catch {
          // ENOENT: it was not moved yet. EIO, ...: the draft is lost, as it is where a disk fails.
        }
      }
    }
    await removeFolder(folder)
  }

  #ownDraft(sealed: SealedDraft): SealedDiskDraft {
    if (sealed instanceof SealedDiskDraft && sealed.isIn(this.#place)) return sealed
    throw new TypeError('The draft belongs to another storage.')
  }

  #require(state: 'open' | 'prepared'): void {
    if (this.#state !== state) throw new TypeError(`The transaction is ${this.#state}, not ${state}.`)
  }
}
