import type { Dir } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { isDiskKey } from './disk-key.ts'
import { isMissing } from '../../file/system-error.ts'
import type { UnreadableFiles } from './unreadable-files.ts'

/** Names that are read at once: between two readings, others are served. */
const BATCH = 1024

/** A folder of stored files. */
interface ReadFolder {
  /** Absolute. */
  readonly root: string
  readonly unreadable: UnreadableFiles
}

/**
 * The names in the folder of `prefix` by which keys go on, in the order of the system and never all in memory. Those of
 * folders have a slash behind them. Any other may be a symlink, or not a regular file. There are none if the folder is
 * not made yet, is gone, or lies in the root and cannot be read.
 *
 * @param prefix empty, or a key with a slash behind it
 */
export async function* folderChildren(
  { root, unreadable }: ReadFolder,
  prefix: string,
): AsyncGenerator<string[], void, undefined> {
  let batch: string[] = []
  const path = join(root, prefix)
  try {
    // A root that cannot be read is a failure, which an empty list would hide.
    const folder = prefix === '' ? await openFolder(path) : await unreadable.skip(path, () => openFolder(path))
    if (folder === undefined) return
    for await (const child of folder) {
      if (!isDiskKey(prefix + child.name)) continue
      batch.push(child.isDirectory() ? `${child.name}/` : child.name)
      if (batch.length < BATCH) continue
      yield batch
      batch = []
    }
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  yield batch
}

function openFolder(path: string): Promise<Dir> {
  return opendir(path, { bufferSize: BATCH })
}
