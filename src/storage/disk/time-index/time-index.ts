import type { BigIntStats } from 'node:fs'
import type { Clock } from '../../../file/clock.ts'
import { isOnLocalDisk } from '../../../file/is-on-local-disk.ts'
import { TurnLength } from '../../../file/turn-length.ts'
import { LeadingItems } from '../../leading-items.ts'
import type { Listed } from '../../list-cursor.ts'
import { FileRounds } from './file-rounds.ts'
import { FolderReader } from './folder-reader.ts'
import type { IndexedFiles } from './folder-reader.ts'
import { FolderShelf } from './folder-shelf.ts'
import type { ShelvedFolder } from './folder-shelf.ts'
import { isUnchanged } from './indexed-folder.ts'
import type { IndexedFolder } from './indexed-folder.ts'
import { SharedRuns } from './shared-runs.ts'
import { compareTimedFiles } from './timed-file.ts'
import type { TimedFile } from './timed-file.ts'

/** The default limit in bytes. It is enough for some 400,000 files, or for 95,000 files with a folder each. */
const MOST_WEIGHT = 64 * 1024 * 1024

/** Milliseconds after which a prefix with too many files is tried again. */
const TOO_MANY_MS = 600_000

/** If no round has looked at a folder for so many milliseconds, its files are looked at before the next list. */
const FORGET_MS = 600_000

/** The most prefixes with too many files that are remembered. */
const MOST_TOO_MANY = 1000

/** Options of a `TimeIndex`. */
export interface TimeIndexOptions extends IndexedFiles {
  readonly clock: Pick<Clock, 'monotonic' | 'wall'>
  /** Whether small calls are made at once if the disk allows it. */
  readonly isAtOnce: boolean
  /** Bytes of memory that it may take, about. Default 64 MiB. */
  readonly mostWeight?: number
}

/**
 * Remembers in memory which files are the newest. The folders are the truth: for each list, every folder is checked,
 * and the names in a changed folder are read again. A file is checked when it is new, and by the list that shows it.
 * The times of a folder do not show that a file was changed under the same name. So `FileRounds` checks every file from
 * time to time.
 */
export class TimeIndex {
  readonly #options: TimeIndexOptions
  readonly #mostWeight: number
  readonly #reader: FolderReader
  readonly #shelf: FolderShelf
  readonly #rounds: FileRounds
  readonly #walks = new Map<string, SharedRuns<readonly IndexedFolder[] | undefined>>()
  /** The prefixes with too many files below them, and when that was found; milliseconds of the monotonic clock. */
  readonly #tooMany = new Map<string, number>()
  /** The last known device of the root, and whether the times of its folders show every change. */
  #disk: { readonly dev: bigint; readonly isLocal: boolean } | undefined

  constructor(options: TimeIndexOptions) {
    this.#options = options
    this.#mostWeight = options.mostWeight ?? MOST_WEIGHT
    this.#reader = new FolderReader(options)
    this.#shelf = new FolderShelf(this.#mostWeight)
    this.#rounds = new FileRounds(this.#reader, this.#shelf, options.clock)
  }

  /**
   * The first files below `prefix`, at any depth, that come after `after`. The newest files come first, and files of
   * the same time by key. `undefined` if there are too many files for the index. Rejects with the system's error.
   *
   * @param prefix empty, or a key with a slash behind it
   */
  async newest(prefix: string, after: Listed | undefined, count: number): Promise<Listed[] | undefined> {
    const folders = await this.#walk(prefix)
    if (folders === undefined) return undefined
    const place = after === undefined ? undefined : { name: after.key, time: after.storedAt.getTime() }
    const leading = new LeadingItems<TimedFile>(count, compareTimedFiles)
    for (const { prefix: folder, files } of folders) {
      const start = place === undefined ? 0 : placeAfter(files, folder, place)
      for (const { name, time } of files.slice(start, start + count)) {
        if (!leading.add({ name: folder + name, time })) break
      }
    }
    return leading.items().map(({ name, time }) => ({ key: name, storedAt: new Date(time) }))
  }

  /** Tells the index that the file of this key may have changed, or may be gone. */
  doubt(key: string): void {
    this.#shelf.doubt(key)
  }

  /** Forgets everything, and ends the work in the background. */
  clear(): void {
    this.#shelf.clear()
  }

  /** The folders below `prefix` as they were after this call. Calls at the same time share the work. */
  async #walk(prefix: string): Promise<readonly IndexedFolder[] | undefined> {
    const walk = this.#walks.get(prefix) ?? new SharedRuns(() => this.#update(prefix))
    this.#walks.set(prefix, walk)
    try {
      return await walk.run()
    } finally {
      if (walk.isIdle) this.#walks.delete(prefix)
    }
  }

  async #update(prefix: string): Promise<readonly IndexedFolder[] | undefined> {
    if (this.#hasTooMany(prefix)) return undefined
    await this.#lookAtDisk()
    const folders: IndexedFolder[] = []
    const waiting = [prefix]
    const turn = new TurnLength()
    let weight = 0
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const folder = await this.#check(next, this.#mostWeight - weight)
      if (folder === 'too-many-files') return this.#giveUp(prefix, folders)
      if (folder !== 'missing') {
        weight += folder.weight
        folders.push(folder)
        waiting.push(...folder.folders)
      }
      await turn.endIfLong()
    }
    return folders
  }

  /** A folder as it is now, from memory if it has not changed. */
  async #check(prefix: string, mostWeight: number): Promise<IndexedFolder | 'missing' | 'too-many-files'> {
    const { clock } = this.#options
    const now = clock.wall()
    const stats = await this.#reader.findFolder(prefix)
    if (stats === undefined) {
      this.#shelf.remove(prefix)
      return 'missing'
    }
    const known = this.#shelf.use(prefix)
    const shelved = known !== undefined && clock.monotonic() - known.lookedAt < FORGET_MS ? known : undefined
    const isCurrent = shelved !== undefined && isUnchanged(shelved.folder, stats) && !this.#shelf.isDoubted(prefix)
    if (!isCurrent) return this.#read(prefix, stats, now, mostWeight, shelved)
    this.#rounds.begin(prefix)
    return shelved.folder.weight > mostWeight ? 'too-many-files' : shelved.folder
  }

  async #read(
    prefix: string,
    stats: BigIntStats,
    now: number,
    mostWeight: number,
    shelved: ShelvedFolder | undefined,
  ): Promise<IndexedFolder | 'too-many-files'> {
    const start = this.#options.clock.monotonic()
    const doubts = this.#shelf.takeDoubts(prefix)
    // `undefined` means that the whole folder is in doubt.
    const former = doubts === undefined ? undefined : shelved?.folder
    const isTold = this.#disk?.isLocal === true && stats.dev === this.#disk.dev
    let folder
    try {
      folder = await this.#reader.read({ prefix, stats, isTold, now, mostWeight, former, doubts })
    } finally {
      // The doubts about the folder are taken, so the former reading cannot be trusted any more.
      if (folder === undefined) this.#shelf.remove(prefix)
    }
    if (folder === undefined) return 'too-many-files'
    const lookedAt = folder.isGuessed && shelved !== undefined ? shelved.lookedAt : start
    this.#shelf.put({ folder, lookedAt, isGuessed: folder.isGuessed })
    this.#rounds.begin(prefix)
    return folder
  }

  async #lookAtDisk(): Promise<void> {
    const { root, calls, isAtOnce } = this.#options
    const dev = (await this.#reader.findFolder(''))?.dev
    if (dev === undefined || dev === this.#disk?.dev) return
    this.#disk = { dev, isLocal: await isOnLocalDisk(root) }
    if (isAtOnce) await calls.look(root)
  }

  #hasTooMany(prefix: string): boolean {
    const foundAt = this.#tooMany.get(prefix)
    return foundAt !== undefined && this.#options.clock.monotonic() - foundAt < TOO_MANY_MS
  }

  #giveUp(prefix: string, folders: readonly IndexedFolder[]): undefined {
    for (const folder of folders) this.#shelf.remove(folder.prefix)
    if (this.#tooMany.size >= MOST_TOO_MANY) this.#tooMany.clear()
    this.#tooMany.set(prefix, this.#options.clock.monotonic())
  }
}

/** The index of the first file that comes after `place`. */
function placeAfter(files: readonly TimedFile[], folder: string, place: TimedFile): number {
  let low = 0
  let high = files.length
  while (low < high) {
    const middle = (low + high) >> 1
    const file = files[middle]
    const isBefore = file !== undefined && compareTimedFiles({ name: folder + file.name, time: file.time }, place) <= 0
    if (isBefore) low = middle + 1
    else high = middle
  }
  return low
}
