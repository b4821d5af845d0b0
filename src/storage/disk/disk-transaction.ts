import { randomUUID } from 'node:crypto'
import { rename, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { toStorageError } from '../../file/storage-error.ts'
import { hasCode, isMissing } from '../../file/system-error.ts'
import { isDiskKey } from './disk-key.ts'
import type { SealedDraft } from '../draft.ts'
import type { FileRecord, StorageEntry } from '../storage.ts'
import type { StorageTransaction } from '../transaction.ts'
import { requireKey } from '../require-key.ts'
import { findFile, versionOf } from './disk-entry.ts'
import type { DraftPlace } from './draft-place.ts'
import { makePlainFolders } from './plain-folder.ts'
import { prepareFiles, publishKnown, removeFolder, takeOut, transactionPaths } from './prepared-files.ts'
import type { KnownJournal, TransactionPaths } from './prepared-files.ts'
import { findPrepared, NO_OWNER, preparedName } from './prepared-name.ts'
import { reserve } from './reservation.ts'
import type { Reservation } from './reservation.ts'
import { SealedDiskDraft } from './sealed-disk-draft.ts'
import { giveFirstVerdict, giveVerdict } from './verdict.ts'
import type { Verdict } from './verdict.ts'

type State = 'open' | 'prepared' | 'failed' | 'kept' | 'over'

/** How often the folder that holds the verdict is looked for while it changes hands. */
const ATTEMPTS = 5

interface ReservedDraft {
  readonly draft: SealedDiskDraft
  readonly entry: StorageEntry
  readonly reservation: Reservation
}

/**
 * A transaction in the private folder. Preparing it moves all its drafts into one folder, and that folder to where it
 * counts, in one step: it happened or it did not. What becomes of it then is one step, too: its verdict.
 */
export class DiskTransaction implements StorageTransaction {
  readonly id: string
  readonly journal: string
  readonly #ownId: string = randomUUID()
  readonly #place: DraftPlace
  readonly #leader: string | undefined
  readonly #drafts: ReservedDraft[] = []
  /** Those that were made for its keys. */
  readonly #folders: string[] = []
  #paths: TransactionPaths | undefined
  /** The journal as this transaction wrote it. */
  #written: KnownJournal = { files: [], followers: [] }
  #state: State = 'open'

  /** @param leader the transaction whose verdict it follows */
  constructor(place: DraftPlace, leader: Pick<StorageTransaction, 'id' | 'journal'> | undefined) {
    this.#place = place
    this.#leader = leader?.journal
    this.id = leader?.id ?? this.#ownId
    this.journal = join(place.folder.prepared, this.#ownId)
  }

  async reserve(sealed: SealedDraft, key: string, record?: FileRecord): Promise<StorageEntry | undefined> {
    this.#require('open')
    const draft = this.#ownDraft(sealed)
    requireKey(key, isDiskKey(key))
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

  async prepare(followers: readonly string[] = []): Promise<void> {
    this.#require('open')
    const { folder } = this.#place
    try {
      const files = this.#drafts.map(({ draft, entry }, number) => ({
        number,
        path: draft.path,
        key: entry.key,
        version: entry.version,
        hasRecord: entry.record !== undefined,
      }))
      await folder.prepare()
      this.#paths = transactionPaths(this.#place, this.#ownId)
      folder.owner.transactions.set(this.#ownId, 'running')
      const leader = this.#leader === undefined ? {} : { leader: this.#leader }
      await prepareFiles(this.#place, this.#paths, files, { ...leader, followers })
      this.#written = { files, followers }
      this.#state = 'prepared'
    } catch (error) {
      if (await this.#takeBack()) this.#forget()
      else this.#giveUp('discard')
      throw toStorageError(error)
    }
  }

  async commit(): Promise<void> {
    this.#require('prepared', 'failed')
    try {
      const verdict = await this.#decidePublish()
      if (verdict === 'discard') throw new Error('Another process has discarded the transaction.')
      await this.#publish()
    } catch (error) {
      this.#state = 'failed'
      throw toStorageError(error)
    }
    this.#state = 'kept'
    this.#forget()
    for (const { draft, reservation } of this.#drafts) {
      draft.release(true)
      await reservation.release()
    }
  }

  async defer(): Promise<void> {
    this.#require('failed')
    await this.#leave()
  }

  async rollback(): Promise<boolean> {
    if (this.#state === 'over' || this.#state === 'kept') return this.#state === 'over'
    if (this.#state !== 'open') {
      const verdict = await this.#decide('discard').catch(() => undefined)
      if (verdict === 'publish') {
        await this.#leave()
        return false
      }
      if (verdict === undefined || !(await this.#takeBack())) {
        this.#giveUp('discard')
        return true
      }
    }
    this.#state = 'over'
    this.#forget()
    for (const { draft, reservation } of this.#drafts) {
      draft.release(false)
      await reservation.release()
    }
    for (const folder of this.#folders.toReversed()) await removeEmptyFolder(folder)
    return true
  }

  /** The key is reserved first and looked for then: whoever publishes does it the other way round. */
  async #reserveKey(key: string): Promise<Reservation | undefined> {
    const { root, folder } = this.#place
    const reservation = await reserve(folder, key, this.#ownId)
    if (reservation === undefined) return undefined
    try {
      // Now, since a file of a folder's name would be in the way of publishing for ever.
      this.#folders.push(...(await makePlainFolders(root, key, folder.folderMode)))
      if (!(await folder.calls.exists(join(root, key)))) return reservation
    } catch (error) {
      await reservation.release()
      throw error
    }
    await reservation.release()
    return undefined
  }

  /** Nearly always, the folder is still where it was put and has no verdict. Then nothing is looked up. */
  async #decidePublish(): Promise<Verdict> {
    const prepared = this.#paths?.prepared
    if (this.#state === 'prepared' && this.#leader === undefined && prepared !== undefined) {
      try {
        return await giveFirstVerdict(this.#place, prepared, 'publish')
      } catch (error) {
        // Another process has it, or this one has lost all that it had.
        if (!hasCode(error, 'ENOENT')) throw error
      }
    }
    return this.#decide('publish')
  }

  /**
   * The verdict, given now unless there is one. Each process that holds the transaction follows it. Rejects with the
   * system's error.
   */
  async #decide(wanted: Verdict): Promise<Verdict> {
    const place = this.#place
    const journal = this.#leader ?? this.journal
    for (let attempt = 1; ; attempt++) {
      const found = await findPrepared(dirname(journal), basename(journal))
      try {
        if (found !== undefined) return await giveVerdict(place, join(dirname(journal), found.name), wanted)
        if (attempt === ATTEMPTS) return await this.#findVerdict()
      } catch (error) {
        // It changes hands this instant, or this process has lost all that it had: what its handler did counts all the same.
        if (!hasCode(error, 'ENOENT') || attempt === ATTEMPTS) throw error
        await place.folder.prepare()
      }
    }
  }

  /** What another process has made of it that has ended it meanwhile. */
  async #findVerdict(): Promise<Verdict> {
    for (const { entry } of this.#drafts) {
      const stats = await findFile(this.#place.root, entry.key)
      if (stats === undefined || versionOf(stats) !== entry.version) return 'discard'
    }
    return 'publish'
  }

  async #publish(): Promise<void> {
    const prepared = this.#paths?.prepared ?? ''
    if (await this.#place.folder.calls.exists(prepared)) return publishKnown(this.#place, prepared, this.#written)
    if ((await findPrepared(dirname(this.journal), this.#ownId)) !== undefined)
      throw new Error('Another process publishes the transaction: this one was silent for too long.')
    if ((await this.#findVerdict()) === 'discard') throw new Error('The transaction is gone.')
  }

  /** Leaves to any process what was decided. Never rejects. */
  async #leave(): Promise<void> {
    this.#state = 'kept'
    for (const { draft } of this.#drafts) draft.release(true)
    try {
      await this.#decide('publish')
      await rename(this.#paths?.prepared ?? '', join(this.#place.folder.prepared, preparedName(this.#ownId, NO_OWNER)))
      this.#forget()
    } catch {
      // ENOENT: another process has it. EIO, EROFS, ...: then this process alone goes on with it, until it is gone.
      this.#place.folder.owner.transactions.set(this.#ownId, 'publish')
    }
  }

  /** Makes what was prepared, or begun to be, drafts again. False if the disk does not let it. */
  async #takeBack(): Promise<boolean> {
    if (this.#paths === undefined) return true
    const { aside, prepared } = this.#paths
    try {
      await takeOut(this.#place, prepared)
    } catch (error) {
      // ENOENT: it was not among the prepared ones yet, or another process has it.
      if (!isMissing(error)) return false
    }
    for (const [number, { draft }] of this.#drafts.entries()) {
      for (const suffix of ['', '.record']) {
        try {
          await rename(join(aside, `${number}${suffix}`), draft.path + suffix)
        } catch {
          // ENOENT: it was not moved yet. EIO, ...: the draft is lost, as it is where a disk fails.
        }
      }
    }
    await removeFolder(this.#place.folder.calls, aside)
    return true
  }

  /** Leaves to the next sweep what the disk does not let this one do. The keys stay promised until then. */
  #giveUp(verdict: Verdict): void {
    this.#state = 'over'
    this.#place.folder.owner.transactions.set(this.#ownId, verdict)
    for (const { draft } of this.#drafts) draft.release(false)
  }

  #forget(): void {
    this.#place.folder.owner.transactions.delete(this.#ownId)
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
    // ENOTEMPTY: another process has put something in. ENOENT, EIO, EROFS, ...: an empty folder is no harm.
  }
}
