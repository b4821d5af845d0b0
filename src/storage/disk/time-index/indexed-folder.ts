import type { BigIntStats } from 'node:fs'
import type { TimedFile } from './timed-file.ts'

/** Milliseconds within which two changes of a folder may get the same time: FAT and HFS+ count so coarsely. */
const COARSEST_TICK_MS = 2000

/** Bytes of memory that a file, a folder and the name of a folder take, about, beside the letters. */
const FILE_WEIGHT = 112
const FOLDER_WEIGHT = 430
const FOLDER_NAME_WEIGHT = 40

/** Of the stats of a folder, those that tell whether it has changed. All of them would take most of its memory. */
type FolderStats = Pick<BigIntStats, 'ino' | 'dev' | 'mtimeNs' | 'ctimeNs'>

/** A folder as it was when it was read. Never changes. */
export interface IndexedFolder {
  /** Empty, or a key with a slash behind it. */
  readonly prefix: string
  /** Of the folder, from before it was read. */
  readonly stats: FolderStats
  /** Whether any later change gives the folder other stats. */
  readonly isSettled: boolean
  /** The names of the files, in the order of the system. */
  readonly names: readonly string[]
  /** The newest first, then by name. */
  readonly files: readonly TimedFile[]
  /** The prefixes of the folders in it. */
  readonly folders: readonly string[]
  /** Whether some names were there before, and their files were taken to be the same. */
  readonly isGuessed: boolean
  /** Bytes of memory, about. */
  readonly weight: number
}

export function weightOfFile(name: string): number {
  return FILE_WEIGHT + 2 * name.length
}

/** Beside the names in it. Its own is counted in the folder above it. */
export function weightOfFolder(): number {
  return FOLDER_WEIGHT
}

export function weightOfFolderName(prefix: string): number {
  return FOLDER_NAME_WEIGHT + 2 * prefix.length
}

/** Those of the stats that are kept. */
export function toFolderStats({ ino, dev, mtimeNs, ctimeNs }: FolderStats): FolderStats {
  return { ino, dev, mtimeNs, ctimeNs }
}

/** Whether nothing was added to the folder, removed from it or renamed in it. */
export function isUnchanged({ stats, isSettled }: IndexedFolder, now: FolderStats): boolean {
  return isSettled && isSameFolder(stats, now) && stats.mtimeNs === now.mtimeNs && stats.ctimeNs === now.ctimeNs
}

export function isSameFolder(stats: FolderStats, now: FolderStats): boolean {
  return stats.ino === now.ino && stats.dev === now.dev
}

/**
 * Whether the next change of a folder will have another time than its last one. A last change in the future does not
 * count.
 *
 * @param now milliseconds since 1970
 */
export function isFolderSettled({ mtimeNs, ctimeNs }: FolderStats, now: number): boolean {
  const changed = mtimeNs > ctimeNs ? mtimeNs : ctimeNs
  return now - Number(changed / 1_000_000n) > COARSEST_TICK_MS
}
