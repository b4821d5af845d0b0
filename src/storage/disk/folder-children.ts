import type { Dir } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { isDiskKey } from './disk-key.ts'
import { isMissing } from '../../file/system-error.ts'

/** Names that are read at once: between two readings, others are served. */
const BATCH = 1024

/**
 * The names in the folder of `prefix` by which keys go on, as the system tells them and never all in memory; those of folders have a
 * slash behind them. Any other may be a symlink, or no regular file. None where the folder is not made yet, or gone.
 *
 * @param prefix empty, or a key with a slash behind it
 */
export async function* folderChildren(root: string, prefix: string): AsyncGenerator<string[], void, undefined> {
  let batch: string[] = []
  try {
    for await (const child of await openFolder(join(root, prefix))) {
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
