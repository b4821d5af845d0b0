import { constants, open } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isDiskKey } from './disk-key.ts'
import type { DiskCalls } from '../../file/disk-calls.ts'
import { FileRange } from '../../file/file-range.ts'
import { flushFolder } from '../../file/folder-flush.ts'
import { toStorageError } from '../../file/storage-error.ts'
import { checkByteRange } from '../byte-range.ts'
import type { SealedDraft } from '../draft.ts'
import type { FileRecord, StorageEntry } from '../storage.ts'
import { requireKey } from '../require-key.ts'
import { adoptRecord } from './adopted-record.ts'
import { toEntry } from './disk-entry.ts'
import type { DraftPlace } from './draft-place.ts'
import { writeKeptNote } from './kept-note.ts'
import { NameTaker } from './name-taker.ts'
import { foldersOf } from './plain-folder.ts'
import { writeRecord } from './record-cache.ts'

const openFile = promisify(open)

type State = 'sealed' | 'publishing' | 'reserved' | 'published' | 'kept' | 'discarded'

/** A whole file in the private folder. */
export class SealedDiskDraft implements SealedDraft {
  readonly id: string
  readonly size: number
  readonly path: string
  readonly #place: DraftPlace
  readonly #stats: BigIntStats
  readonly #names: NameTaker
  #state: State = 'sealed'
  /** The record that is being written, or was, beside the draft, and not yet adopted. */
  #record: FileRecord | undefined
  /** The record with which all is ready for a name, so that a second name costs no more than asking for it. */
  #prepared: FileRecord | undefined
  #publishing: Promise<unknown> | undefined

  constructor(place: DraftPlace, path: string, id: string, stats: BigIntStats) {
    this.id = id
    this.size = Number(stats.size)
    this.path = path
    this.#place = place
    this.#stats = stats
    this.#names = new NameTaker(place, path, stats)
  }

  stream(start: number = 0, end: number = this.size): AsyncIterable<Uint8Array> {
    this.#require('sealed')
    checkByteRange(start, end, this.size)
    return new FileRange(() => openFile(this.path, constants.O_RDONLY | constants.O_NOFOLLOW), start, end)
  }

  async publish(key: string, record?: FileRecord): Promise<StorageEntry | undefined> {
    this.#require('sealed')
    requireKey(key, isDiskKey(key))
    this.#state = 'publishing'
    const ended = Promise.withResolvers<void>()
    this.#publishing = ended.promise
    try {
      const entry = await this.#publishAs(key, record)
      this.#state = entry === undefined ? 'sealed' : 'published'
      return entry
    } catch (error) {
      this.#state = 'sealed'
      throw toStorageError(error)
    } finally {
      ended.resolve()
    }
  }

  async keep(expiresAt: Date, note: string): Promise<void> {
    this.#require('sealed')
    this.#state = 'kept'
    const { folder, durable } = this.#place
    const kept = join(folder.expiringDrafts, this.id)
    try {
      await writeKeptNote(kept, { expiresAt, note }, durable)
      await rename(this.path, kept)
      if (durable) await flushFolder(folder.expiringDrafts)
      await this.#removeRecord()
    } catch (error) {
      // Whoever is told that it failed asks for it no more.
      await removeName(folder.calls, kept)
      await removeName(folder.calls, `${kept}.json`)
      this.#state = 'sealed'
      throw toStorageError(error)
    }
  }

  async discard(): Promise<void> {
    // Publishing cannot be called off half-way: it ends as it ends.
    while (this.#state === 'publishing') await this.#publishing
    if (this.#state !== 'sealed') return
    this.#state = 'discarded'
    await this.#remove()
  }

  /** Makes all ready for a name that a transaction promises to it: what is in the way of publishing is told now. */
  async reserve(key: string, record: FileRecord | undefined): Promise<StorageEntry> {
    this.#require('sealed')
    this.#state = 'reserved'
    try {
      await this.#prepare(record)
      if (record === undefined) await this.#place.records.delete(key)
    } catch (error) {
      this.#state = 'sealed'
      throw error
    }
    return toEntry(key, this.#stats, record)
  }

  /** Ends what `reserve` began: the transaction has published it, or it is an ordinary draft again. */
  release(isPublished: boolean): void {
    this.#state = isPublished ? 'published' : 'sealed'
    // The transaction may have used it up.
    this.#prepared = undefined
  }

  isIn(place: DraftPlace): boolean {
    return this.#place === place
  }

  #require(state: State): void {
    if (this.#state !== state) throw new TypeError(`The draft is ${this.#state}, not ${state}.`)
  }

  async #publishAs(key: string, record: FileRecord | undefined): Promise<StorageEntry | undefined> {
    // All that can fail for want of room comes first, while there is still nothing to see.
    if (record !== undefined || this.#record !== undefined) await this.#prepare(record)
    const name = await this.#names.take(key)
    if (name === undefined) return undefined
    try {
      await this.#settle(key, record)
      if (!(await name.keep())) return undefined
    } catch (error) {
      await name.giveBack()
      throw error
    }
    await this.#remove()
    return toEntry(key, this.#stats, record)
  }

  /**
   * Gives the new name its record. If the storage is durable, flushes both. Only then it can reject, and it leaves no
   * record behind.
   */
  async #settle(key: string, record: FileRecord | undefined): Promise<void> {
    const { root, records, durable } = this.#place
    try {
      if (record !== undefined) await adoptRecord(this.#place, key, `${this.path}.record`, this.#stats.ino)
      // If a file was removed by hand, its record remains.
      else await records.delete(key)
      if (durable) await Promise.all([root, ...foldersOf(root, key), records.folder].map(flushFolder))
    } catch (error) {
      // EACCES, EIO, ...: the file is there, and goes without a record.
      if (!durable) return
      this.#prepared = undefined
      try {
        await records.delete(key, this.#stats.ino)
      } catch {
        // EIO, EROFS, ...: a record without its file is as none.
      }
      throw error
    }
  }

  async #prepare(record: FileRecord | undefined): Promise<void> {
    // What was written for another key is not this one's.
    if (record === undefined) await this.#removeRecord()
    if (record === undefined || this.#prepared === record) return
    this.#record = record
    const { folder, durable } = this.#place
    await writeRecord(folder.calls, `${this.path}.record`, { record, stats: this.#stats, durable })
    this.#prepared = record
  }

  /** Removes the draft's names. What it cannot remove is left to the next sweep. */
  async #remove(): Promise<void> {
    const { calls, expiringDrafts } = this.#place.folder
    await removeName(calls, this.path)
    if (this.#record !== undefined) await this.#removeRecord()
    if (this.path.startsWith(expiringDrafts)) await removeName(calls, `${this.path}.json`)
  }

  async #removeRecord(): Promise<void> {
    if (this.#record !== undefined) await removeName(this.#place.folder.calls, `${this.path}.record`)
    this.#record = undefined
    this.#prepared = undefined
  }
}

/** Never rejects. */
export async function removeName(calls: DiskCalls, path: string): Promise<void> {
  try {
    await calls.unlink(path)
  } catch {
    // ENOENT: never made, moved or swept. EACCES, EIO, EROFS: nothing more can be done here.
  }
}
