import { stat } from 'node:fs/promises'
import type { BigIntStats } from 'node:fs'
import { join } from 'node:path'
import type { DiskCalls } from '../../../file/disk-calls.ts'
import { isMissing } from '../../../file/system-error.ts'
import { TurnLength } from '../../../file/turn-length.ts'
import {
  isFolderSettled,
  isSameFolder,
  toFolderStats,
  weightOfFile,
  weightOfFolder,
  weightOfFolderName,
} from './indexed-folder.ts'
import type { IndexedFolder } from './indexed-folder.ts'
import { NameDiff } from './name-diff.ts'
import { SortedRuns } from './sorted-runs.ts'
import type { TimedFile } from './timed-file.ts'
import { mergeTimedFiles } from './timed-file.ts'

/** The number of files that are checked at once: enough to keep a disk busy, and far below the limit of descriptors. */
const CONCURRENCY = 32

/** If a changed folder has at most so many files, all of them are checked again. This takes a few milliseconds. */
const FEW_FILES = 1000

/** The number of files that are sorted in one go. */
const RUN_LENGTH = 1024

/** The files of an index. */
export interface IndexedFiles {
  /** Their folder, absolute. */
  readonly root: string
  readonly calls: DiskCalls
  /** The names in a folder. The names of folders end in a slash. */
  readonly children: (prefix: string) => AsyncIterable<readonly string[]>
  /** The result of `look`, or `undefined` if this user may not read the file at `path`. */
  readonly skip: <Result>(path: string, look: () => Promise<Result>) => Promise<Result | undefined>
}

/** The facts that are known before a folder is read. */
export interface FolderReading {
  readonly prefix: string
  /** The stats of the folder, from before the reading. */
  readonly stats: BigIntStats
  /** Milliseconds since 1970, from before the stats. */
  readonly now: number
  /** Whether the times of the folder show every change. */
  readonly isTold: boolean
  /** The reading before. */
  readonly former: IndexedFolder | undefined
  /** Names of files that may have changed since the reading before. */
  readonly doubts: ReadonlySet<string> | undefined
  /** The most bytes of memory that the folder may take. */
  readonly mostWeight: number
}

/** The content of a folder. */
interface Children {
  /** Names that seem to be files, in the order of the system. */
  readonly names: readonly string[]
  /** The prefixes of the folders in it. */
  readonly folders: readonly string[]
  /** About the bytes of memory that the content takes. */
  readonly weight: number
}

/** Reads folders and checks files for an index. */
export class FolderReader {
  readonly #files: IndexedFiles

  constructor(files: IndexedFiles) {
    this.#files = files
  }

  /**
   * The stats of a folder. `undefined` if there is none. Only the root may be a symlink. Rejects with the system's
   * error.
   */
  async findFolder(prefix: string): Promise<BigIntStats | undefined> {
    const stats = prefix === '' ? await findRoot(this.#files.root) : await this.#find(prefix.slice(0, -1))
    return stats?.isDirectory() === true ? stats : undefined
  }

  /**
   * The stats of the file or folder of a key. `undefined` if there is none, or this user may not see it. Rejects with
   * the system's error.
   */
  async #find(key: string): Promise<BigIntStats | undefined> {
    const { root, calls, skip } = this.#files
    const path = join(root, key)
    try {
      return await skip(path, async () => calls.find(path))
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  /** Reads a folder. `undefined` if it would take too much memory. Rejects with the system's error. */
  async read(reading: FolderReading): Promise<IndexedFolder | undefined> {
    const { prefix, stats, now, isTold, mostWeight, doubts = new Set() } = reading
    const former = formerFolder(reading)
    const diff = new NameDiff(former?.names ?? [])
    const children = await this.#readChildren(prefix, diff, mostWeight)
    if (children === undefined) return undefined
    const { names, folders, weight } = children
    const { added, missing } = diff.changes()
    const kept = without(former?.files ?? [], new Set([...missing, ...doubts]))
    const doubted =
      doubts.size === 0 ? [] : (former?.names.filter((name) => doubts.has(name) && !missing.has(name)) ?? [])
    const looked = await this.#look(prefix, [...added, ...doubted])
    const files = mergeTimedFiles(kept, looked)
    return {
      prefix,
      stats: toFolderStats(stats),
      isSettled: isTold && isFolderSettled(stats, now),
      names: files.length === names.length ? names : namesOf(files, names),
      files,
      folders,
      isGuessed: kept.length > 0,
      weight,
    }
  }

  /** The names in a folder, in the order of the system. `undefined` if they would take too much memory. */
  async #readChildren(prefix: string, diff: NameDiff, mostWeight: number): Promise<Children | undefined> {
    const names: string[] = []
    const folders: string[] = []
    let weight = weightOfFolder()
    for await (const children of this.#files.children(prefix)) {
      for (const child of children) {
        if (child.endsWith('/')) {
          folders.push(prefix + child)
          weight += weightOfFolderName(prefix + child)
        } else {
          names.push(child)
          diff.add(child)
          weight += weightOfFile(child)
        }
      }
      if (weight > mostWeight) return undefined
    }
    // A list that has grown holds memory for more names. Its copy does not.
    return { names: names.slice(), folders: folders.slice(), weight }
  }

  /** The files among the names, sorted. */
  async #look(prefix: string, names: readonly string[]): Promise<readonly TimedFile[]> {
    const runs = new SortedRuns()
    const turn = new TurnLength()
    let found: TimedFile[] = []
    for (let start = 0; start < names.length; start += CONCURRENCY) {
      const some = names.slice(start, start + CONCURRENCY)
      const times = await Promise.all(some.map((name) => this.#timeOf(prefix + name)))
      for (const [index, name] of some.entries()) {
        const time = times[index]
        if (time !== undefined) found.push({ name, time })
      }
      await turn.endIfLong()
      if (found.length < RUN_LENGTH) continue
      runs.add(found)
      found = []
    }
    runs.add(found)
    return runs.files()
  }

  /** The names of the files that have changed since the folder was read, or are gone. */
  async *changedFiles({ prefix, files }: IndexedFolder): AsyncGenerator<string, void, undefined> {
    const turn = new TurnLength()
    for (let start = 0; start < files.length; start += CONCURRENCY) {
      const some = files.slice(start, start + CONCURRENCY)
      const times = await Promise.all(some.map(({ name }) => this.#timeOf(prefix + name)))
      for (const [index, { name, time }] of some.entries()) if (times[index] !== time) yield name
      await turn.endIfLong()
    }
  }

  /** The modification time of a file, in milliseconds since 1970. `undefined` for anything else. */
  async #timeOf(key: string): Promise<number | undefined> {
    const stats = await this.#find(key)
    return stats?.isFile() === true ? Number(stats.mtimeMs) : undefined
  }
}

/** The former reading, if it can be used: then a file counts as unchanged as long as its name exists. */
function formerFolder({ former, stats }: FolderReading): IndexedFolder | undefined {
  const isKept = former !== undefined && isSameFolder(former.stats, stats) && former.files.length > FEW_FILES
  return isKept ? former : undefined
}

function without(files: readonly TimedFile[], names: ReadonlySet<string>): readonly TimedFile[] {
  return names.size === 0 ? files : files.filter(({ name }) => !names.has(name))
}

/** The names that are files. */
function namesOf(files: readonly TimedFile[], names: readonly string[]): string[] {
  const known = new Set(files.map(({ name }) => name))
  return names.filter((name) => known.has(name))
}

/** The stats of the root. `undefined` if it is not made yet. */
async function findRoot(root: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(root, { bigint: true })
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
