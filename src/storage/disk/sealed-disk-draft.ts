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

/** A complete draft: a whole file in the private folder. */
export class SealedDiskDraft implements SealedDraft {
  readonly id: string
  readonly size: number
  #path: string
  readonly #place: DraftPlace
  readonly #stats: BigIntStats
  readonly #names: NameTaker
  #state: State = 'sealed'
  /** The record that was written beside the draft, at least in part, and is not adopted yet. */
  #record: FileRecord | undefined
  /** The record that is written completely. Trying a second name with the same record does not write it again. */
  #prepared: FileRecord | undefined
  #publishing: Promise<unknown> | undefined

  constructor(place: DraftPlace, path: string, id: string, stats: BigIntStats) {
    this.id = id
    this.size = Number(stats.size)
    this.#path = path
    this.#place = place
    this.#stats = stats
    this.#names = new NameTaker(place, path, stats)
  }

  stream(start: number = 0, end: number = this.size): AsyncIterable<Uint8Array> {
    const path = this.path()
    checkByteRange(start, end, this.size)
    return new FileRange(() => openFile(path, constants.O_RDONLY | constants.O_NOFOLLOW), start, end)
  }

  path(): string {
    if (this.#state !== 'reserved') this.#require('sealed')
    return this.#path
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
      await rename(this.#path, kept)
      if (durable) await flushFolder(folder.expiringDrafts)
      await this.#removeRecord()
    } catch (error) {
      // Remove the files: the caller is told that `keep` failed, so it never claims this draft.
      await removeName(folder.calls, kept)
      await removeName(folder.calls, `${kept}.json`)
      this.#state = 'sealed'
      throw toStorageError(error)
    }
  }

  async discard(): Promise<void> {
    // Publishing cannot be stopped halfway, so wait for its end.
    while (this.#state === 'publishing') await this.#publishing
    if (this.#state !== 'sealed') return
    this.#state = 'discarded'
    await this.#remove()
  }

  /** Prepares the draft for a key that a transaction promises to it. Rejects now if something prevents publishing. */
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

  /** Notes that a transaction has moved the reserved draft, or has given it its own path back. */
  moveTo(path: string): void {
    this.#path = path
  }

  /** Ends the reservation: the transaction has published the draft, or it is an ordinary draft again. */
  release(isPublished: boolean): void {
    this.#state = isPublished ? 'published' : 'sealed'
    // The transaction may have moved the record away.
    this.#prepared = undefined
  }

  isIn(place: DraftPlace): boolean {
    return this.#place === place
  }

  #require(state: State): void {
    if (this.#state !== state) throw new TypeError(`The draft is ${this.#state}, not ${state}.`)
  }

  async #publishAs(key: string, record: FileRecord | undefined): Promise<StorageEntry | undefined> {
    // Steps that need room on the disk come first, while the file is still invisible.
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
   * Gives the new name its record. If the storage is durable, flushes both. It rejects only if the storage is durable,
   * and then it leaves no record behind.
   */
  async #settle(key: string, record: FileRecord | undefined): Promise<void> {
    const { root, records, durable } = this.#place
    try {
      if (record !== undefined) await adoptRecord(this.#place, key, `${this.#path}.record`, this.#stats.ino)
      // Remove a former record: if a file was removed by hand, its record remains.
      else await records.delete(key)
      if (durable) await Promise.all([root, ...foldersOf(root, key), records.folder].map(flushFolder))
    } catch (error) {
      // EACCES, EIO, ...: the file is published without its record.
      if (!durable) return
      this.#prepared = undefined
      try {
        await records.delete(key, this.#stats.ino)
      } catch {
        // EIO, EROFS, ...: a record without its file is ignored.
      }
      throw error
    }
  }

  async #prepare(record: FileRecord | undefined): Promise<void> {
    // A record that was written for another key does not belong to this one.
    if (record === undefined) await this.#removeRecord()
    if (record === undefined || this.#prepared === record) return
    this.#record = record
    const { folder, durable } = this.#place
    await writeRecord(folder.calls, `${this.#path}.record`, { record, stats: this.#stats, durable })
    this.#prepared = record
  }

  /** Removes the draft's names. If it cannot remove one, the next sweep does. */
  async #remove(): Promise<void> {
    const { calls, expiringDrafts } = this.#place.folder
    await removeName(calls, this.#path)
    if (this.#record !== undefined) await this.#removeRecord()
    if (this.#path.startsWith(expiringDrafts)) await removeName(calls, `${this.#path}.json`)
  }

  async #removeRecord(): Promise<void> {
    if (this.#record !== undefined) await removeName(this.#place.folder.calls, `${this.#path}.record`)
    this.#record = undefined
    this.#prepared = undefined
  }
}

/** Removes a file. Never rejects. */
export async function removeName(calls: DiskCalls, path: string): Promise<void> {
  try {
    await calls.unlink(path)
  } catch {
    // ENOENT: never made, moved or swept. EACCES, EIO, EROFS: left to a sweep.
  }
}
