import { randomUUID } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { toStorageError } from '../../file/storage-error.ts'
import { hasCode, isMissing } from '../../file/system-error.ts'
import { isDiskKey } from './disk-key.ts'
import type { SealedDraft } from '../draft.ts'
import type { FileRecord, StorageEntry } from '../storage.ts'
import type { StorageTransaction, TransactionLeader } from '../transaction.ts'
import { requireKey } from '../require-key.ts'
import { findFile, versionOf } from './disk-entry.ts'
import type { DraftPlace } from './draft-place.ts'
import { foldKey } from './fold-key.ts'
import { addEntry, replaceCompany } from './journal.ts'
import type { JournalEntry } from './journal.ts'
import { removeEmptyFolders } from './plain-folder.ts'
import { deletePrepared, findToDelete } from './prepared-deletions.ts'
import {
  addFile,
  endPrepared,
  moveBack,
  prepareFiles,
  publishFiles,
  removeFolder,
  takeOut,
  transactionPaths,
} from './prepared-files.ts'
import type { PreparedFile, TransactionPaths } from './prepared-files.ts'
import { findPrepared, NO_OWNER, preparedName } from './prepared-name.ts'
import type { Reservation } from './reservation.ts'
import { reserveKey } from './reserved-key.ts'
import { SealedDiskDraft } from './sealed-disk-draft.ts'
import { giveFirstVerdict, giveVerdict } from './verdict.ts'
import type { Verdict } from './verdict.ts'

/** A `published` transaction still has files to delete, or other transactions that follow it. */
type State = 'open' | 'prepared' | 'failed' | 'published' | 'kept' | 'over'

/** The folder that holds the verdict is looked for at most so often, if other processes take it meanwhile. */
const ATTEMPTS = 5

interface ReservedDraft {
  /** The number of its entry in the journal. */
  readonly number: number
  /** Its path before it is prepared, absolute. */
  readonly path: string
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
  readonly #ownId: string
  readonly #place: DraftPlace
  readonly #isReadable: (key: string) => boolean | Promise<boolean>
  readonly #leader: string | undefined
  readonly #drafts: ReservedDraft[] = []
  readonly #deletes: JournalEntry[] = []
  #followers: readonly string[] = []
  /** Numbers of entries that are used. */
  #entries = 0
  /** The folders that were made for its keys. */
  readonly #folders: string[] = []
  #paths: TransactionPaths | undefined
  #state: State = 'open'

  /**
   * @param isReadable whether a key can be the key of a stored file
   * @param leader the transaction whose verdict it follows
   */
  constructor(
    place: DraftPlace,
    isReadable: (key: string) => boolean | Promise<boolean>,
    leader: TransactionLeader | undefined,
  ) {
    this.#place = place
    this.#isReadable = isReadable
    this.#leader = leader?.journal
    // `recover` gets the name of the leader's folder. A follower has a folder of its own name, in its own storage.
    this.#ownId = leader !== undefined && this.#leader === undefined ? leader.id : randomUUID()
    this.id = leader?.id ?? this.#ownId
    this.journal = join(place.folder.prepared, this.#ownId)
  }

  async reserve(sealed: SealedDraft, key: string, record?: FileRecord): Promise<StorageEntry | undefined> {
    this.#require('open', 'prepared')
    const draft = this.#ownDraft(sealed)
    requireKey(key, isDiskKey(key))
    try {
      const reservation = await reserveKey(this.#place, key, { id: this.#ownId, folders: this.#folders })
      if (reservation === undefined) return undefined
      try {
        return await this.#reserveDraft(draft, reservation, { key, record })
      } catch (error) {
        // If another process has taken the transaction, it may have an entry for the key, and then releases the key.
        if (this.#state === 'open' || (await this.#isHeld())) await reservation.release()
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
      await folder.prepare()
      const paths = transactionPaths(this.#place, this.#ownId)
      this.#paths = paths
      folder.owner.transactions.set(this.#ownId, 'running')
      const leader = this.#leader === undefined ? {} : { leader: this.#leader }
      const files = this.#drafts.map(({ path, ...reserved }) => ({ ...toFile(reserved), path }))
      await prepareFiles(this.#place, paths, files, { ...leader, followers })
      for (const { draft, number } of this.#drafts) draft.moveTo(join(paths.prepared, String(number)))
      this.#followers = followers
      this.#state = 'prepared'
    } catch (error) {
      if (await this.#takeBack()) this.#forget()
      else this.#giveUp('discard')
      throw toStorageError(error)
    }
  }

  async addFollower(follower: string): Promise<void> {
    this.#require('prepared')
    try {
      const followers = [...this.#followers, follower]
      await replaceCompany(this.#place, this.#preparedPath, { followers })
      this.#followers = followers
    } catch (error) {
      throw toStorageError(error)
    }
  }

  async delete(key: string): Promise<boolean> {
    this.#require('prepared')
    try {
      const isOwn = this.#drafts.some(({ entry }) => foldKey(entry.key) === foldKey(key))
      const stats = (await this.#isReadable(key)) ? await findToDelete(this.#place, key, isOwn) : undefined
      if (stats === undefined) return false
      const entry = { number: this.#entries++, key, version: versionOf(stats) }
      await addEntry(this.#place, this.#preparedPath, 'delete', entry)
      this.#deletes.push(entry)
      return true
    } catch (error) {
      throw toStorageError(error)
    }
  }

  async commit(): Promise<void> {
    this.#require('prepared', 'failed')
    try {
      const verdict = await this.#decidePublish()
      if (verdict === 'discard') throw new Error('Another process has discarded the transaction.')
      await this.#publish()
      if (this.#deletes.length > 0 || !(await this.#end())) this.#state = 'published'
    } catch (error) {
      this.#state = 'failed'
      throw toStorageError(error)
    }
    for (const { draft, reservation } of this.#drafts) {
      draft.release(true)
      await reservation.release()
    }
  }

  async finish(): Promise<readonly string[]> {
    if (this.#state === 'kept') return []
    this.#require('published')
    try {
      const skipped = await deletePrepared(this.#place, this.#ownId, this.#deletes)
      if (!(await this.#end())) await this.#leave()
      return skipped
    } catch {
      // EIO, EROFS, ...: the sweep of any process deletes the files.
      await this.#leave()
      return []
    }
  }

  async defer(): Promise<void> {
    if (this.#state === 'kept') return
    this.#require('failed', 'published')
    await this.#leave()
  }

  async rollback(): Promise<boolean> {
    if (this.#state === 'over' || this.#state === 'kept') return this.#state === 'over'
    if (this.#state !== 'open') {
      const verdict = await this.#decide('discard').catch(() => undefined)
      if (verdict === 'publish' || verdict === 'publish-only') {
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
    await removeEmptyFolders(this.#folders)
    return true
  }

  /** Prepares the draft for its key. In a prepared transaction, it moves the draft there, and writes its entry. */
  async #reserveDraft(
    draft: SealedDiskDraft,
    reservation: Reservation,
    { key, record }: { readonly key: string; readonly record: FileRecord | undefined },
  ): Promise<StorageEntry> {
    const path = draft.path()
    const entry = await draft.reserve(key, record)
    const reserved = { number: this.#entries++, path, draft, entry, reservation }
    if (this.#state === 'prepared') {
      try {
        await addFile(this.#place, this.#preparedPath, { ...toFile(reserved), path })
      } catch (error) {
        draft.release(false)
        throw error
      }
      draft.moveTo(join(this.#preparedPath, String(reserved.number)))
    }
    this.#drafts.push(reserved)
    return entry
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

  /**
   * The verdict of a transaction that another process has ended. It was publish if each file has its key, or if no file
   * to delete is there any more.
   */
  async #findVerdict(): Promise<Verdict> {
    for (const { entry } of this.#drafts) if (!(await this.#hasFile(entry))) return 'discard'
    if (this.#drafts.length > 0) return 'publish'
    for (const entry of this.#deletes) if (await this.#hasFile(entry)) return 'discard'
    return 'publish'
  }

  async #hasFile({ key, version }: Pick<StorageEntry, 'key' | 'version'>): Promise<boolean> {
    const stats = await findFile(this.#place.root, key)
    return stats !== undefined && versionOf(stats) === version
  }

  async #publish(): Promise<void> {
    if (await this.#isHeld()) return publishFiles(this.#place, this.#preparedPath, this.#drafts.map(toFile))
    if ((await findPrepared(dirname(this.journal), this.#ownId)) !== undefined)
      throw new Error('Another process publishes the transaction: this one was silent for too long.')
    if ((await this.#findVerdict()) === 'discard') throw new Error('The transaction is gone.')
  }

  /** Removes the folder. False if other transactions still need its verdict. Rejects with the system's error. */
  async #end(): Promise<boolean> {
    if ((await this.#isHeld()) && !(await endPrepared(this.#place, this.#preparedPath, this.#followers))) return false
    this.#state = 'kept'
    this.#forget()
    return true
  }

  /** Whether this process has the folder. Another process takes it if this one was silent for too long. */
  #isHeld(): boolean | Promise<boolean> {
    return this.#place.folder.calls.exists(this.#preparedPath)
  }

  /** The path of the folder after `prepare`. */
  get #preparedPath(): string {
    return this.#paths?.prepared ?? ''
  }

  /** Leaves the publishing to any process. Never rejects. */
  async #leave(): Promise<void> {
    this.#state = 'kept'
    for (const { draft } of this.#drafts) draft.release(true)
    try {
      await this.#decide('publish')
      await rename(this.#preparedPath, join(this.#place.folder.prepared, preparedName(this.#ownId, NO_OWNER)))
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
    for (const { number, path, draft } of this.#drafts) {
      await moveBack(aside, number, path)
      draft.moveTo(path)
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

function toFile({ number, entry }: Pick<ReservedDraft, 'number' | 'entry'>): PreparedFile {
  return { number, key: entry.key, version: entry.version, hasRecord: entry.record !== undefined }
}
