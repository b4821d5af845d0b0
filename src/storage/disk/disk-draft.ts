import { randomBytes } from 'node:crypto'
import { constants, fchmod, fsync, open, unlink } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isKey } from '../../filename/key.ts'
import { checkByteRange } from '../byte-range.ts'
import type { Draft, DraftOptions, SealedDraft } from '../draft.ts'
import type { FileRecord, StorageEntry } from '../storage.ts'
import { toEntry } from './disk-entry.ts'
import { flushFolder } from '../../file/folder-flush.ts'
import { FileWriter } from '../../file/file-writer.ts'
import { FileRange } from '../../file/file-range.ts'
import { foldersOf } from './plain-folder.ts'
import type { PrivateFolder } from './private-folder.ts'
import { FreeSpaceWatch } from './free-space.ts'
import { publishFile } from './publication.ts'
import { writeRecord } from './record-cache.ts'
import type { RecordCache } from './record-cache.ts'
import { toStorageError } from '../../file/storage-error.ts'
import { hasCode } from '../../file/system-error.ts'

const changeMode = promisify(fchmod)
const openFile = promisify(open)
const syncFile = promisify(fsync)
const unlinkFile = promisify(unlink)

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/** What all drafts of a storage share. */
export interface DraftPlace {
  /** The folder of the stored files, absolute. */
  readonly root: string
  readonly folder: PrivateFolder
  readonly records: RecordCache
  /** Permissions of a stored file. */
  readonly mode: number
  /** Whether what is published is flushed to the medium first. */
  readonly durable: boolean
  /** Bytes that may wait to be written. */
  readonly highWaterMark: number
  /** Bytes of the disk that stay free. */
  readonly minFreeSpace: number
  /** Asks how many bytes of it are free. */
  readonly freeSpace: () => Promise<number>
}

type State = 'open' | 'truncating' | 'sealing' | 'sealed' | 'publishing' | 'published' | 'discarded'

/** A draft in a private file, before and after it is sealed. */
export class DiskDraft implements Draft {
  readonly id: string = randomBytes(16).toString('hex')
  readonly #place: DraftPlace
  readonly #path: string
  readonly #expiresAt: Date | undefined
  readonly #writer: FileWriter
  #state: State = 'open'
  #stats: BigIntStats | undefined
  /** The record that is being written, or was, beside the draft, and not yet adopted. */
  #record: FileRecord | undefined
  /** The record with which all is ready for a name, so that a second name costs no more than asking for it. */
  #prepared: FileRecord | undefined
  #publishing: Promise<unknown> | undefined
  #discarding: Promise<void> | undefined

  constructor(place: DraftPlace, options: DraftOptions) {
    this.#place = place
    this.#expiresAt = options.expiresAt
    this.#path = join(this.#expiresAt === undefined ? place.folder.ownDrafts : place.folder.expiringDrafts, this.id)
    const space = new FreeSpaceWatch(place.minFreeSpace, place.freeSpace)
    const target = {
      open: async () => {
        await place.folder.prepare()
        await space.check(0, options.expectedSize)
        return this.#openFile()
      },
      beforeWrite: (written: number) => space.check(written),
      beforeClose: async (file: number) => {
        await changeMode(file, place.mode)
        // On the descriptor that wrote: another one might not be told of a write that failed.
        if (place.durable) await syncFile(file)
      },
      remove: () => this.#remove(),
    }
    this.#writer = new FileWriter(target, place.highWaterMark)
  }

  get size(): number {
    return this.#writer.size
  }

  append(bytes: Uint8Array): Promise<void> | undefined {
    this.#require('open')
    return this.#writer.append(bytes)
  }

  async flush(): Promise<void> {
    this.#require('open')
    await this.#writer.flush()
  }

  async truncate(size: number): Promise<void> {
    this.#require('open')
    checkByteRange(0, size, this.size)
    this.#state = 'truncating'
    try {
      await this.#writer.truncate(size)
    } finally {
      if (this.#state === 'truncating') this.#state = 'open'
    }
  }

  async seal(): Promise<SealedDraft> {
    this.#require('open')
    this.#state = 'sealing'
    try {
      this.#stats = await this.#writer.finish()
    } catch (error) {
      // Open as far as the caller can tell: whatever is called next tells the failure again.
      if (this.#state === 'sealing') this.#state = 'open'
      throw error
    }
    if (this.#state !== 'sealing') throw new TypeError('The draft was discarded.')
    this.#state = 'sealed'
    return {
      id: this.id,
      size: this.size,
      stream: (start = 0, end = this.size) => this.#stream(start, end),
      publish: (key, record) => this.#publish(key, record),
      discard: () => this.discard(),
    }
  }

  discard(): Promise<void> {
    this.#discarding ??= this.#discard()
    return this.#discarding
  }

  async #discard(): Promise<void> {
    // Publishing cannot be called off half-way: it ends as it ends.
    while (this.#state === 'publishing') await this.#publishing
    if (this.#state === 'published') return
    this.#state = 'discarded'
    await this.#writer.abort(new TypeError('The draft was discarded.'))
  }

  #require(state: State): void {
    if (this.#state !== state) throw new TypeError(`The draft is ${this.#state}, not ${state}.`)
  }

  async #openFile(): Promise<number> {
    try {
      return await this.#create()
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error
      await this.#place.folder.restore()
      return await this.#create()
    }
  }

  async #create(): Promise<number> {
    if (this.#expiresAt !== undefined) {
      const metadata = JSON.stringify({ expiresAt: this.#expiresAt.toISOString() })
      await writeFile(`${this.#path}.json`, metadata, { mode: 0o600 })
    }
    return openFile(this.#path, NEW_FILE, 0o600)
  }

  #stream(start: number, end: number): AsyncIterable<Uint8Array> {
    this.#require('sealed')
    checkByteRange(start, end, this.size)
    return new FileRange(() => openFile(this.#path, constants.O_RDONLY | constants.O_NOFOLLOW), start, end)
  }

  async #publish(key: string, record: FileRecord): Promise<StorageEntry | undefined> {
    this.#require('sealed')
    if (!isKey(key)) throw new TypeError(`${JSON.stringify(key)} is no key.`)
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

  async #publishAs(key: string, record: FileRecord): Promise<StorageEntry | undefined> {
    const { root, folder } = this.#place
    const stats = this.#stats
    if (stats === undefined) return undefined
    // All that can fail for want of room comes first, while there is still nothing to see.
    if (this.#prepared !== record) {
      await this.#keepRecord(record, stats)
      this.#prepared = record
    }
    const settle = (): Promise<void> => this.#settle(key)
    if (!(await publishFile({ draft: this.#path, root, key, folder, settle }))) return undefined
    await this.#remove()
    return toEntry(key, stats, record)
  }

  /** Gives the new name its record and, where it has to last, flushes both. Then alone it rejects, and leaves neither. */
  async #settle(key: string): Promise<void> {
    const { root, records, durable } = this.#place
    try {
      await this.#adoptRecord(key)
      if (durable) await Promise.all([root, ...foldersOf(root, key), records.folder].map(flushFolder))
    } catch (error) {
      // EACCES, EIO, ...: the file is there, and goes without a record.
      if (!durable) return
      this.#prepared = undefined
      try {
        await records.delete(key)
      } catch {
        // EIO, EROFS, ...: a record without its file is as none.
      }
      throw error
    }
  }

  async #adoptRecord(key: string): Promise<void> {
    const { folder, records } = this.#place
    const path = `${this.#path}.record`
    try {
      await records.adopt(key, path)
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error
      // Somebody removed the folder of the records.
      await folder.restore()
      await records.adopt(key, path)
    }
    this.#record = undefined
  }

  async #keepRecord(record: FileRecord, stats: BigIntStats): Promise<void> {
    this.#record = record
    await writeRecord(`${this.#path}.record`, record, stats, this.#place.durable)
  }

  /** Removes the draft's names. What it cannot remove is left to the next sweep. */
  async #remove(): Promise<void> {
    const paths = [this.#path]
    if (this.#record !== undefined) paths.push(`${this.#path}.record`)
    if (this.#expiresAt !== undefined) paths.push(`${this.#path}.json`)
    for (const path of paths) {
      try {
        await unlinkFile(path)
      } catch {
        // ENOENT: never made, moved or swept. EACCES, EIO, EROFS: nothing more can be done here.
      }
    }
  }
}
