import type { Dir, Dirent } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { isDiskKey } from './disk-key.ts'
import type { DiskCalls } from '../../file/disk-calls.ts'
import { isMissing } from '../../file/system-error.ts'
import { TurnLength } from '../../file/turn-length.ts'
import type { UnreadableFiles } from './unreadable-files.ts'

/** The number of names that are read at once. */
const BATCH = 1024

/** A folder of stored files. */
interface ReadFolder {
  /** Absolute. */
  readonly root: string
  readonly unreadable: UnreadableFiles
  readonly calls: DiskCalls
}

/**
 * The names in the folder of `prefix` that can be parts of keys, in the order of the system. They come in batches, and
 * other requests are served meanwhile. The name of a folder ends in a slash. Any other name belongs to a file, unless
 * the file system does not tell. There are no names if the folder is missing, or if it lies below the root and cannot
 * be read.
 *
 * @param prefix empty, or a key with a slash behind it
 */
export async function* folderChildren(
  { root, unreadable, calls }: ReadFolder,
  prefix: string,
): AsyncGenerator<string[], void, undefined> {
  const path = join(root, prefix)
  const turn = new TurnLength()
  try {
    // A root that cannot be read is a failure. An empty list would hide it.
    const folder = prefix === '' ? await openFolder(path) : await unreadable.skip(path, () => openFolder(path))
    if (folder === undefined) return
    try {
      for (let entries = await read(calls, folder); entries.length > 0; entries = await read(calls, folder)) {
        yield namesOf(prefix, entries)
        await turn.endIfLong()
      }
    } finally {
      await folder.close()
    }
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

function namesOf(prefix: string, entries: readonly Dirent[]): string[] {
  const names: string[] = []
  for (const child of entries) {
    if (!isDiskKey(prefix + child.name)) continue
    if (child.isDirectory()) names.push(`${child.name}/`)
    else if (!isOther(child)) names.push(child.name)
  }
  return names
}

/** True if the entry is certainly neither a file nor a folder. */
function isOther(child: Dirent): boolean {
  return (
    child.isSymbolicLink() || child.isFIFO() || child.isSocket() || child.isCharacterDevice() || child.isBlockDevice()
  )
}

function openFolder(path: string): Promise<Dir> {
  return opendir(path, { bufferSize: BATCH })
}

async function read(calls: DiskCalls, folder: Dir): Promise<Dirent[]> {
  return calls.readEntries(folder, BATCH)
}
