import { randomUUID } from 'node:crypto'
import { UploadError } from '../../errors/upload-error.ts'
import type { SealedDraft } from '../draft.ts'
import { requireKey } from '../require-key.ts'
import type { FileRecord, StorageEntry } from '../storage-entry.ts'
import type { StorageTransaction, TransactionLeader } from '../transaction.ts'
import { deleteFiles, endTransaction, findUnpublished, publishFiles, removeDrafts } from './carry-out.ts'
import { findFile } from './find-file.ts'
import { forAll } from './for-all.ts'
import { ALIVE, ENTRY, readJournal } from './journal.ts'
import type { DeletedFile, JournalEntry } from './journal.ts'
import { parseTimedKey } from '../timed-id.ts'
import { toNewEntry } from './object-record.ts'
import { pause, textBody } from './s3-bucket.ts'
import { toS3Error } from './s3-error.ts'
import type { S3Place } from './s3-place.ts'
import { SealedS3Draft } from './sealed-s3-draft.ts'
import type { ReservedFile } from './sealed-s3-draft.ts'
import { giveVerdict, readVerdict } from './verdict.ts'

/** A `published` transaction still has files to delete, or other transactions that follow it. */
type State = 'open' | 'prepared' | 'failed' | 'published' | 'kept' | 'over'

/** Milliseconds between two signs of life of a transaction whose handler still runs. */
const ALIVE_MS = 30_000

/** Milliseconds in which another transaction must be over that is about to publish a file to delete. */
const PATIENCE_MS = 10_000

interface ReservedDraft {
  readonly draft: SealedS3Draft
  readonly file: ReservedFile
}

/**
 * A transaction in a bucket. Its drafts become private objects, and its journal and its verdict are objects, too. The
 * verdict is made by one conditional request, and any process can do what it says.
 */
export class S3Transaction implements StorageTransaction {
  readonly id: string
  readonly journal: string
  readonly #place: S3Place
  readonly #leader: S3Transaction | undefined
  /** The folder of the transaction whose verdict counts. */
  readonly #judge: string
  readonly #ownId: string
  readonly #drafts: ReservedDraft[] = []
  readonly #deletes: DeletedFile[] = []
  #followers: readonly string[] = []
  #state: State = 'open'
  /** Whether anything is written down. A transaction that does nothing needs no journal. */
  #hasJournal = false
  /** Whether another process has discarded it, which `commit` has found out. */
  #isDiscarded = false
  /** The objects of the journal. */
  readonly #entries: string[] = []
  /** Objects that may be there, although they have failed. */
  readonly #strays: string[] = []
  #heartbeat: NodeJS.Timeout | undefined

  /** @throws {TypeError} for a leader that is not in this bucket. */
  constructor(place: S3Place, leader: TransactionLeader | undefined) {
    this.#place = place
    this.#ownId = leader?.journal === undefined && leader !== undefined ? leader.id : randomUUID()
    this.id = leader?.id ?? this.#ownId
    this.journal = place.names.transaction(this.#ownId)
    this.#judge = leader?.journal ?? this.journal
    if (leader?.journal === undefined) return
    this.#leader = leader instanceof S3Transaction && leader.#isNear(place) ? leader : undefined
    if (this.#leader !== undefined) return
    throw new TypeError(
      `The files of one form cannot be stored in the bucket "${place.bucket.name}" and in another storage together: ` +
        'another process could not find out whether the form was stored. ' +
        'Use one bucket, and one client, for both sets.',
    )
  }

  async reserve(sealed: SealedDraft, key: string, record?: FileRecord): Promise<StorageEntry | undefined> {
    this.#require('open', 'prepared')
    const draft = this.#ownDraft(sealed)
    requireKey(key, this.#place.names.isKey(key))
    try {
      if (this.#drafts.some(({ file }) => file.key === key)) return undefined
      // A timed id is given once, so such a key cannot be taken.
      if (parseTimedKey(key) === undefined && (await findFile(this.#place, key)) !== undefined) return undefined
      const file = await draft.reserve(key, record)
      if (this.#state === 'prepared') {
        try {
          await draft.stage()
          await this.#write({ saves: [file] })
        } catch (error) {
          draft.release(false)
          throw error
        }
      }
      this.#drafts.push({ draft, file })
      return toNewEntry(file)
    } catch (error) {
      throw toS3Error(error)
    }
  }

  async prepare(followers: readonly string[] = []): Promise<void> {
    this.#require('open')
    this.#place.transactions.set(this.#ownId, 'running')
    try {
      await forAll(this.#drafts, ({ draft }) => draft.stage())
      const saves = this.#drafts.map(({ file }) => file)
      this.#followers = followers
      if (saves.length > 0 || followers.length > 0) await this.#write({ saves, followers })
      this.#state = 'prepared'
    } catch (error) {
      await this.rollback()
      throw toS3Error(error)
    }
  }

  async addFollower(follower: string): Promise<void> {
    this.#require('prepared')
    try {
      await this.#write({ followers: [follower] })
      this.#followers = [...this.#followers, follower]
    } catch (error) {
      throw toS3Error(error)
    }
  }

  async delete(key: string): Promise<boolean> {
    this.#require('prepared')
    try {
      if (this.#drafts.some(({ file }) => file.key === key)) return false
      const version = (await this.#findToDelete(key))?.version
      if (version === undefined) return false
      await this.#write({ deletes: [{ key, version }] })
      this.#deletes.push({ key, version })
      return true
    } catch (error) {
      throw toS3Error(error)
    }
  }

  async commit(): Promise<void> {
    this.#require('prepared', 'failed')
    const files = this.#drafts.map(({ file }) => file)
    try {
      if (this.#hasJournal) {
        await this.#removeStrays()
        const verdict = await giveVerdict(this.#place.bucket, this.#judge, 'publish')
        if (verdict === undefined || verdict === 'discard') throw ended()
        const missing = await ((await this.#isEnded()) ? findUnpublished : publishFiles)(this.#place, files)
        // Without a trace of the other verdict, only the files tell that there was one.
        this.#isDiscarded = missing.length > 0 && missing.length === files.length
        if (missing.length > 0) throw ended()
        await removeDrafts(this.#place, files)
      }
      if (this.#deletes.length > 0 || !(await this.#end())) this.#state = 'published'
    } catch (error) {
      this.#state = 'failed'
      throw toS3Error(error)
    }
    for (const { draft } of this.#drafts) draft.release(true)
  }

  async finish(): Promise<readonly string[]> {
    if (this.#state === 'kept') return []
    this.#require('published')
    try {
      const skipped = await deleteFiles(this.#place, this.#deletes)
      if (!(await this.#end())) this.#leave('publish')
      return skipped
    } catch {
      // The engine does not answer: the sweep of any process deletes the files.
      this.#leave('publish')
      return []
    }
  }

  async defer(): Promise<void> {
    if (this.#state === 'kept') return
    this.#require('failed', 'published')
    this.#leave('publish')
  }

  async rollback(): Promise<boolean> {
    if (this.#state === 'over' || this.#state === 'kept') return this.#state === 'over'
    try {
      if (this.#hasJournal && !this.#isDiscarded && !(await this.#discard())) {
        this.#leave('publish')
        return false
      }
      await this.#letGo()
    } catch {
      // The engine does not answer. Perhaps the files count as published, so the drafts stay for the next sweep.
      this.#leave('discard', 'over')
      return true
    }
    for (const { draft } of this.#drafts) draft.release(false)
    return true
  }

  /**
   * Whether another process has ended the transaction, because this one was silent. Then the verdict that this process
   * has just given was not the first one.
   */
  async #isEnded(): Promise<boolean> {
    const leader: S3Transaction = this.#leader ?? this
    const [first] = leader.#entries
    return first !== undefined && (await this.#place.bucket.head(first)) === undefined
  }

  /** Gives the verdict. False if the files are published already. */
  async #discard(): Promise<boolean> {
    const verdict = await giveVerdict(this.#place.bucket, this.#judge, 'discard')
    if (verdict === 'publish' || verdict === 'publish-only') return false
    if (!(await this.#isEnded())) return true
    const files = this.#drafts.map(({ file }) => file)
    return (await findUnpublished(this.#place, files)).length === files.length
  }

  /** Removes the journal of a transaction that is discarded. The drafts stay: they belong to the caller again. */
  async #letGo(): Promise<void> {
    if (!this.#hasJournal) return this.#forget('over')
    const { bucket } = this.#place
    const entries = [...this.#entries.splice(0), ...this.#strays.splice(0)]
    // Others that follow may still need the verdict. Without the files, it cannot harm the drafts any more.
    const followers = { followers: this.#followers }
    if (this.#followers.length > 0) await this.#put(`${this.journal}${ENTRY}${randomUUID()}`, followers)
    await bucket.deleteAll(entries)
    if (await endTransaction(this.#place, this.journal, this.#followers)) this.#forget('over')
    else this.#leave('discard', 'over')
  }

  /** Writes down a part of the journal. Rejects if another process has given a verdict meanwhile. */
  async #write(entry: JournalEntry): Promise<void> {
    const isFirst = !this.#hasJournal
    this.#hasJournal = true
    const name = `${this.journal}${ENTRY}${randomUUID()}`
    try {
      await this.#put(name, entry)
      this.#beat()
      if (!isFirst || this.#leader !== undefined) await this.#requireUndecided()
    } catch (error) {
      this.#entries.splice(this.#entries.indexOf(name), 1)
      this.#strays.push(name)
      await this.#removeStrays().catch(ignore)
      throw error
    }
  }

  /** Another process gives its verdict first, and then reads the journal. So one of both sees the other's work. */
  async #requireUndecided(): Promise<void> {
    const verdict = await readVerdict(this.#place.bucket, this.#judge)
    if (verdict !== undefined || (await this.#isEnded())) throw ended()
  }

  async #put(name: string, entry: JournalEntry): Promise<void> {
    const leader = this.#judge === this.journal ? {} : { leader: this.#judge }
    this.#entries.push(name)
    await this.#place.bucket.put(name, textBody(JSON.stringify({ ...leader, ...entry })), { metadata: {} })
  }

  /** Removes entries whose caller was told that they failed: they may be there, and count for nothing. */
  async #removeStrays(): Promise<void> {
    await this.#place.bucket.deleteAll(this.#strays)
    this.#strays.length = 0
  }

  /** Gives signs of life, so that no other process takes the transaction over while its handler runs. */
  #beat(): void {
    this.#heartbeat ??= setInterval(() => {
      const { bucket } = this.#place
      bucket.put(this.journal + ALIVE, textBody(''), { metadata: {} }).catch(() => {
        // The engine does not answer: the next one may.
      })
    }, ALIVE_MS).unref()
  }

  async #findToDelete(key: string): Promise<StorageEntry | undefined> {
    const began = performance.now()
    for (let attempt = 1; ; attempt++) {
      const found = await findFile(this.#place, key)
      if (found !== undefined || !(await this.#isPromised(key))) return found?.entry
      if (performance.now() - began > PATIENCE_MS) throw new UploadError('overloaded', {})
      await pause(attempt)
    }
  }

  /** Whether another transaction is about to publish a file under the key: a row may name it already. */
  async #isPromised(key: string): Promise<boolean> {
    const { bucket, names } = this.#place
    for await (const { objects } of bucket.listAll({ prefix: names.transactions })) {
      const others = objects.filter(({ name }) => !name.startsWith(this.journal))
      const folders = new Set(others.map(({ name }) => name.slice(0, name.lastIndexOf('/') + 1)))
      for (const folder of folders) {
        const { saves } = await readJournal(bucket, folder, others)
        if (saves.some((file) => file.key === key)) return true
      }
    }
    return false
  }

  /** Removes the journal. False if other transactions still need the verdict. Rejects with the engine's error. */
  async #end(): Promise<boolean> {
    if (this.#hasJournal && !(await endTransaction(this.#place, this.journal, this.#followers))) return false
    this.#forget('kept')
    return true
  }

  #forget(state: State): void {
    this.#state = state
    clearInterval(this.#heartbeat)
    this.#place.transactions.delete(this.#ownId)
  }

  /** Leaves the rest to the next sweep of any process. */
  #leave(verdict: 'publish' | 'discard', state: State = 'kept'): void {
    this.#state = state
    clearInterval(this.#heartbeat)
    this.#place.transactions.set(this.#ownId, verdict)
    if (verdict === 'publish') for (const { draft } of this.#drafts) draft.release(true)
  }

  #isNear({ bucket }: S3Place): boolean {
    const own = this.#place.bucket
    return own.name === bucket.name && own.engine === bucket.engine
  }

  #ownDraft(sealed: SealedDraft): SealedS3Draft {
    if (sealed instanceof SealedS3Draft && sealed.isIn(this.#place)) return sealed
    throw new TypeError('The draft belongs to another storage.')
  }

  #require(...states: readonly State[]): void {
    if (!states.includes(this.#state))
      throw new TypeError(`The transaction is ${this.#state}, not ${states.join(' or ')}.`)
  }
}

function ended(): Error {
  return new Error('Another process has ended the transaction.')
}

/** Ignores a failure: the caller tries it again. */
function ignore(): void {}
