import type { BigIntStats } from 'node:fs'
import { join } from 'node:path'
import type { FileRecord, StorageEntry } from '../storage.ts'
import { hasPlainFolders, lookByThread } from './plain-folder.ts'
import type { Look } from './plain-folder.ts'
import { isMissing } from '../../file/system-error.ts'

/**
 * The entry of a file. `storedAt` is the modification time: when its last byte was written. The version consists of the
 * modification time in nanoseconds, the size and the inode.
 */
export function toEntry(key: string, stats: BigIntStats, record: FileRecord | undefined): StorageEntry {
  return {
    key,
    size: Number(stats.size),
    storedAt: new Date(Number(stats.mtimeMs)),
    version: versionOf(stats),
    ...(record === undefined ? {} : { record }),
  }
}

/** The version of a file with these stats. */
export function versionOf({ mtimeNs, size, ino }: BigIntStats): string {
  return [mtimeNs, size, ino].map((value) => value.toString(36)).join('-')
}

/** The stats of a regular file that no symlink leads to; `undefined` for anything else. */
export async function findFile(root: string, key: string, look?: Look): Promise<BigIntStats | undefined> {
  return (await hasPlainFolders(root, key, look)) ? findPlainFile(root, key, look) : undefined
}

/** Like `findFile`, for a caller that knows that no folder on the way to the key is a symlink. */
export async function findPlainFile(
  root: string,
  key: string,
  look: Look = lookByThread,
): Promise<BigIntStats | undefined> {
  try {
    const stats = await look(join(root, key))
    return stats?.isFile() === true ? stats : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
