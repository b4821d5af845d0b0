import { constants, fsync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { checkByteRange } from '../byte-range.ts'
import type { Draft, DraftOptions, SealedDraft } from '../draft.ts'
import { pathIn } from '../../file/path-in.ts'
import { FileWriter } from '../../file/file-writer.ts'
import { newDraftId } from './draft-id.ts'
import type { DraftPlace } from './draft-place.ts'
import { FreeSpaceWatch } from './free-space.ts'
import { removeName, SealedDiskDraft } from './sealed-disk-draft.ts'
import { hasCode } from '../../file/system-error.ts'

const syncFile = promisify(fsync)

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

type State = 'open' | 'truncating' | 'sealing' | 'sealed' | 'discarded'

/** A draft in a private file, until it is sealed. */
export class DiskDraft implements Draft {
  readonly id: string = newDraftId()
  readonly #place: DraftPlace
  /** The path of the draft. It is set when the draft is opened, because the owner may change before that. */
  #path = ''
  readonly #expiresAt: Date | undefined
  readonly #writer: FileWriter
  #state: State = 'open'
  #sealed: SealedDiskDraft | undefined
  #discarding: Promise<void> | undefined

  constructor(place: DraftPlace, options: DraftOptions) {
    this.#place = place
    this.#expiresAt = options.expiresAt
    const space = new FreeSpaceWatch(place.minFreeSpace, place.room)
    const target = {
      open: () => this.#openFile(space, options.expectedSize),
      beforeWrite: (written: number) => space.check(written),
      beforeClose: (file: number) => this.#complete(file),
      remove: () => this.#remove(),
    }
    this.#writer = new FileWriter(target, { highWaterMark: place.highWaterMark, calls: place.folder.calls })
  }

  get size(): number {
    return this.#writer.size
  }

  append(bytes: Uint8Array, isGiven?: boolean): Promise<void> | undefined {
    this.#require('open')
    return this.#writer.append(bytes, isGiven)
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
    let stats
    try {
      stats = await this.#writer.finish()
    } catch (error) {
      // The draft stays open for the caller: every later call rejects with the same failure.
      if (this.#state === 'sealing') this.#state = 'open'
      throw error
    }
    if (this.#state !== 'sealing') throw new TypeError('The draft was discarded.')
    this.#state = 'sealed'
    this.#sealed = new SealedDiskDraft(this.#place, this.#path, this.id, stats)
    return this.#sealed
  }

  discard(): Promise<void> {
    if (this.#sealed !== undefined) return this.#sealed.discard()
    this.#state = 'discarded'
    this.#discarding ??= this.#writer.abort(new TypeError('The draft was discarded.'))
    return this.#discarding
  }

  #require(state: State): void {
    if (this.#state !== state) throw new TypeError(`The draft is ${this.#state}, not ${state}.`)
  }

  async #openFile(space: FreeSpaceWatch, expectedSize: number | undefined): Promise<number> {
    const { folder } = this.#place
    await folder.prepare()
    await space.check(0, expectedSize)
    try {
      return await this.#create()
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error
      await folder.restore()
      return await this.#create()
    }
  }

  #create(): number | Promise<number> {
    const { folder } = this.#place
    this.#path = pathIn(this.#expiresAt === undefined ? folder.ownDrafts : folder.expiringDrafts, this.id)
    return this.#expiresAt === undefined ? this.#createFile() : this.#createExpiring(this.#expiresAt)
  }

  async #createExpiring(expiresAt: Date): Promise<number> {
    const metadata = JSON.stringify({ expiresAt: expiresAt.toISOString() })
    await writeFile(`${this.#path}.json`, metadata, { mode: 0o600 })
    return this.#createFile()
  }

  #createFile(): number | Promise<number> {
    return this.#place.folder.calls.open(this.#path, NEW_FILE, 0o600)
  }

  #complete(file: number): void | Promise<void> {
    const { folder, mode, durable } = this.#place
    return durable ? this.#flush(file) : folder.calls.changeMode(file, mode)
  }

  async #flush(file: number): Promise<void> {
    await this.#place.folder.calls.changeMode(file, this.#place.mode)
    // Flush the descriptor that wrote: another descriptor may not report that a write failed.
    await syncFile(file)
  }

  async #remove(): Promise<void> {
    const { calls } = this.#place.folder
    if (this.#path === '') return
    await removeName(calls, this.#path)
    if (this.#expiresAt !== undefined) await removeName(calls, `${this.#path}.json`)
  }
}
