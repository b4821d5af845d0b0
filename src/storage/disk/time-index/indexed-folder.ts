import type { BigIntStats } from 'node:fs'
import type { TimedFile } from './timed-file.ts'

/** Milliseconds within which two changes of a folder may get the same time, because FAT and HFS+ have coarse times. */
const COARSEST_TICK_MS = 2000

/** About the bytes of memory that a file, a folder and the name of a folder take, without their letters. */
const FILE_WEIGHT = 112
const FOLDER_WEIGHT = 430
const FOLDER_NAME_WEIGHT = 40

/** The stats of a folder that show whether it has changed. All stats would take most of its memory. */
type FolderStats = Pick<BigIntStats, 'ino' | 'dev' | 'mtimeNs' | 'ctimeNs'>

/** A folder as it was when it was read. The object never changes. */
export interface IndexedFolder {
  /** Empty, or a key with a slash at its end. */
  readonly prefix: string
  /** The stats of the folder, from before it was read. */
  readonly stats: FolderStats
  /** Whether any later change gives the folder other stats. */
  readonly isSettled: boolean
  /** The names of the files, in the order of the system. */
  readonly names: readonly string[]
  /** The files: the newest first, then by name. */
  readonly files: readonly TimedFile[]
  /** The prefixes of the folders in it. */
  readonly folders: readonly string[]
  /** Whether some files were assumed to be unchanged, because their names existed before. */
  readonly isGuessed: boolean
  /** About the bytes of memory that it takes. */
  readonly weight: number
}

export function weightOfFile(name: string): number {
  return FILE_WEIGHT + 2 * name.length
}

/** The weight of a folder without the names in it. Its own name counts in the folder above it. */
export function weightOfFolder(): number {
  return FOLDER_WEIGHT
}

export function weightOfFolderName(prefix: string): number {
  return FOLDER_NAME_WEIGHT + 2 * prefix.length
}

/** The stats that are kept. */
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
 * Whether the next change of a folder gets another time than its last change. False if the last change lies in the
 * future.
 *
 * @param now milliseconds since 1970
 */
export function isFolderSettled({ mtimeNs, ctimeNs }: FolderStats, now: number): boolean {
  const changed = mtimeNs > ctimeNs ? mtimeNs : ctimeNs
  return now - Number(changed / 1_000_000n) > COARSEST_TICK_MS
}
