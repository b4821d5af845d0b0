import type { BigIntStats } from 'node:fs'
import type { TimedFile } from './timed-file.ts'

/** Milliseconds within which two changes of a folder may get the same time: FAT and HFS+ count so coarsely. */
const COARSEST_TICK_MS = 2000

/** Bytes of memory that a file and a folder take, about, beside their names. */
const FILE_WEIGHT = 112
const FOLDER_WEIGHT = 1000

/** A folder as it was when it was read. Never changes. */
export interface IndexedFolder {
  /** Empty, or a key with a slash behind it. */
  readonly prefix: string
  /** Of the folder, from before it was read. */
  readonly stats: BigIntStats
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

export function weightOfFolder(prefix: string): number {
  return FOLDER_WEIGHT + 2 * prefix.length
}

/** Whether nothing was added to the folder, removed from it or renamed in it. */
export function isUnchanged({ stats, isSettled }: IndexedFolder, now: BigIntStats): boolean {
  return isSettled && isSameFolder(stats, now) && stats.mtimeNs === now.mtimeNs && stats.ctimeNs === now.ctimeNs
}

export function isSameFolder(stats: BigIntStats, now: BigIntStats): boolean {
  return stats.ino === now.ino && stats.dev === now.dev
}

/**
 * Whether the next change of a folder will have another time than its last one. A last change in the future does not
 * count.
 *
 * @param now milliseconds since 1970
 */
export function isFolderSettled({ mtimeNs, ctimeNs }: BigIntStats, now: number): boolean {
  const changed = mtimeNs > ctimeNs ? mtimeNs : ctimeNs
  return now - Number(changed / 1_000_000n) > COARSEST_TICK_MS
}
