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

/** The folder that holds the verdict is looked for at most so often, if other processes take it meanwhile. */
const ATTEMPTS = 5

interface ReservedDraft {
  readonly draft: SealedDiskDraft
  readonly entry: StorageEntry
  readonly reservation: Reservation
}

/**
 * A transaction in the private folder. To prepare it, all its drafts are moved into one folder. Then that folder is
 * moved among the prepared ones, and only this one step makes it count. Its verdict is one step, too.
 */
export class DiskTransaction implements StorageTransaction {
  readonly id: string
  readonly journal: string
  readonly #ownId: string = randomUUID()
  readonly #place: DraftPlace
  readonly #leader: string | undefined
  readonly #drafts: ReservedDraft[] = []
  /** The folders that were made for its keys. */
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

  /**
   * Reserves the key first, and then looks whether a file has it. An upload takes its name first, and then looks
   * whether the key is reserved. So at least one of the two sees the other.
   */
  async #reserveKey(key: string): Promise<Reservation | undefined> {
    const { root, folder } = this.#place
    const reservation = await reserve(folder, key, this.#ownId)
    if (reservation === undefined) return undefined
    try {
      // Make the folders now. Later, a file could have the name of one of them and prevent publishing for ever.
      this.#folders.push(...(await makePlainFolders(root, key, folder.folderMode)))
      if (!(await folder.calls.exists(join(root, key)))) return reservation
    } catch (error) {
      await reservation.release()
      throw error
    }
    await reservation.release()
    return undefined
  }

  /** Nearly always, the folder is still at its path and has no verdict. Then nothing has to be looked up. */
  async #decidePublish(): Promise<Verdict> {
    const prepared = this.#paths?.prepared
    if (this.#state === 'prepared' && this.#leader === undefined && prepared !== undefined) {
      try {
        return await giveFirstVerdict(this.#place, prepared, 'publish')
      } catch (error) {
        // Another process has taken the transaction, or this process has lost its folder (`Owner.isLost`).
        if (!hasCode(error, 'ENOENT')) throw error
      }
    }
    return this.#decide('publish')
  }

  /**
   * Gives the wanted verdict unless there is one already, and returns the verdict that counts. Each process that holds
   * the transaction follows it. Rejects with the system's error.
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
        // Another process is taking the folder just now, or this process has lost its own (`Owner.isLost`). The handler
        // has done its work, so the verdict must still be given.
        if (!hasCode(error, 'ENOENT') || attempt === ATTEMPTS) throw error
        await place.folder.prepare()
      }
    }
  }

  /** The verdict of a transaction that another process has ended. It was publish if each file has its key. */
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

  /** Leaves the publishing to any process. Never rejects. */
  async #leave(): Promise<void> {
    this.#state = 'kept'
    for (const { draft } of this.#drafts) draft.release(true)
    try {
      await this.#decide('publish')
      await rename(this.#paths?.prepared ?? '', join(this.#place.folder.prepared, preparedName(this.#ownId, NO_OWNER)))
      this.#forget()
    } catch {
      // ENOENT: another process has it. EIO, EROFS, ...: only this process can try again, as long as it lives.
      this.#place.folder.owner.transactions.set(this.#ownId, 'publish')
    }
  }

  /** Makes the files drafts again, also if preparing them failed halfway. False if the disk does not allow it. */
  async #takeBack(): Promise<boolean> {
    if (this.#paths === undefined) return true
    const { aside, prepared } = this.#paths
    try {
      await takeOut(this.#place, prepared)
    } catch (error) {
      // ENOENT: the folder was not among the prepared ones yet, or another process has it.
      if (!isMissing(error)) return false
    }
    for (const [number, { draft }] of this.#drafts.entries()) {
      for (const suffix of ['', '.record']) {
        try {
          await rename(join(aside, `${number}${suffix}`), draft.path + suffix)
        } catch {
          // ENOENT: the file was not moved yet. EIO, ...: the disk failed, and the draft is lost.
        }
      }
    }
    await removeFolder(this.#place.folder.calls, aside)
    return true
  }

  /** Leaves the transaction to the next sweep, because the disk failed. The keys stay promised until then. */
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
    // ENOTEMPTY: another process has put something in. ENOENT, EIO, EROFS, ...: an empty folder does no harm.
  }
}
