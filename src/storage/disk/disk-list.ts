import type { BigIntStats } from 'node:fs'
import { join } from 'node:path'
import { isDiskKey } from './disk-key.ts'
import { compareListed, parseCursor, toCursor, toLimit } from '../list-cursor.ts'
import type { Listed } from '../list-cursor.ts'
import type { FileRecord, ListOptions, ListPage } from '../storage.ts'
import { findFile, findPlainFile, toEntry } from './disk-entry.ts'
import { folderChildren } from './folder-children.ts'
import { LeadingItems } from '../leading-items.ts'
import { hasPlainFolders } from './plain-folder.ts'
import type { RecordCache } from './record-cache.ts'
import type { TimeIndex } from './time-index/time-index.ts'
import type { UnreadableFiles } from './unreadable-files.ts'
import type { DiskCalls } from '../../file/disk-calls.ts'

/** The number of files that are checked at once: enough to keep a disk busy, and far below the limit of descriptors. */
const CONCURRENCY = 32

/** The index is asked at most so often for one page, if files keep changing under their names. */
const MOST_ROUNDS = 10

interface FoundKey extends Listed {
  readonly stats: BigIntStats
}

type Found = FoundKey | undefined

type Find = typeof findFile

/** The files that are listed. */
interface ListedFiles {
  /** Their folder, absolute. */
  readonly root: string
  readonly records: RecordCache
  readonly unreadable: UnreadableFiles
  readonly calls: DiskCalls
  readonly index: TimeIndex
}

/**
 * A page of the stored files. For `name`, it reads the names in the folders of the page, and holds a few pages of them
 * in memory. For `newest`, it asks the index. It checks each file of the page. It skips names with a leading dot,
 * symlinks and everything that is not a regular file.
 */
export async function listFiles(files: ListedFiles, options: ListOptions): Promise<ListPage> {
  const { root } = files
  const { folder, order = 'name', cursor } = options
  const limit = toLimit(options.limit)
  const prefix = folder === undefined ? '' : `${folder}/`
  const after = cursor === undefined ? undefined : parseCursor(order, prefix, cursor)
  if (folder !== undefined && !(isDiskKey(folder) && (await hasPlainFolders(root, `${folder}/`))))
    return { entries: [] }
  // One file more than the page holds tells whether there is a next page.
  const found =
    order === 'name'
      ? await firstByName(files, prefix, after?.key, limit + 1)
      : await firstByTime(files, prefix, after, limit + 1)
  const page = found.slice(0, limit)
  const entries = await inBatches(page, async (each) => toEntry(each.key, each.stats, await findRecord(files, each)))
  const last = page.at(-1)
  return found.length > limit && last !== undefined ? { entries, next: toCursor(order, prefix, last) } : { entries }
}

async function firstByName(
  files: ListedFiles,
  prefix: string,
  after: string | undefined,
  count: number,
): Promise<FoundKey[]> {
  const found: FoundKey[] = []
  let keys: string[] = []
  for await (const key of walk(files, prefix, after, count)) {
    keys.push(key)
    if (found.length + keys.length < count) continue
    // Some files may be gone since their folder was read. So a page may need more keys than it has entries.
    found.push(...(await findReadable(files, keys, findFile)))
    keys = []
    if (found.length >= count) return found
  }
  found.push(...(await findReadable(files, keys, findFile)))
  return found
}

/**
 * The first files by the index. It checks each of them. If a file has changed under its name, it tells the index to
 * doubt that file, and asks again.
 */
async function firstByTime(
  files: ListedFiles,
  prefix: string,
  after: Listed | undefined,
  count: number,
): Promise<FoundKey[]> {
  const { index } = files
  let most = count
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const places = await index.newest(prefix, after, most)
    if (places === undefined) break
    const found = await lookAt(
      files,
      places.map(({ key }) => key),
      findFile,
    )
    const changed = places.filter(({ storedAt }, place) => found[place]?.storedAt.getTime() !== storedAt.getTime())
    for (const { key } of changed) index.doubt(key)
    if (changed.length > 0) continue
    const readable = await onlyReadable(files, found)
    if (readable.length >= count || places.length < most) return readable
    most *= 2
  }
  return firstOfAll(files, prefix, after, count)
}

/** Like `firstByTime`, but without the index: it checks every file. */
async function firstOfAll(
  files: ListedFiles,
  prefix: string,
  after: Listed | undefined,
  count: number,
): Promise<FoundKey[]> {
  const newest = new LeadingItems<FoundKey>(count, (one, other) => compareListed('newest', one, other))
  const folders = [prefix]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for await (const children of folderChildren(files, folder)) {
      const keys = children.map((child) => `${folder}${child}`)
      folders.push(...keys.filter((key) => key.endsWith('/')))
      for (const entry of await lookAtFolder(
        files,
        folder,
        keys.filter((key) => !key.endsWith('/')),
      )) {
        if (after === undefined || compareListed('newest', entry, after) > 0) newest.add(entry)
      }
    }
  }
  return newest.items()
}

/**
 * The keys below `prefix` that come after `after`, in code-unit order.
 *
 * @param count keys that are probably wanted. So many names of a folder are held in memory. For more names, the folder
 *   is read again
 */
async function* walk(
  files: ListedFiles,
  prefix: string,
  after: string | undefined,
  count: number,
): AsyncGenerator<string, void, undefined> {
  let last: string | undefined
  // Read twice as many each time. Otherwise a large folder without wanted files would be read again for every page.
  for (let most = count; ; most *= 2) {
    const children = await firstChildren(files, prefix, most, (key) => comesAfter(key, after) && isAbove(key, last))
    for (const child of children) {
      if (child.endsWith('/')) yield* walk(files, child, after, count)
      else yield child
    }
    if (children.length < most) return
    last = children.at(-1)
  }
}

/** The first wanted names in a folder. With its slash, the name of a folder sorts like the keys in that folder. */
async function firstChildren(
  files: ListedFiles,
  prefix: string,
  count: number,
  isWanted: (key: string) => boolean,
): Promise<string[]> {
  const first = new LeadingItems<string>(count, (one, other) => (one < other ? -1 : one > other ? 1 : 0))
  for await (const children of folderChildren(files, prefix)) {
    for (const child of children) if (isWanted(prefix + child)) first.add(prefix + child)
  }
  return first.items()
}

/** Whether a file, or some file of a folder, comes after the last file of the page before. */
function comesAfter(key: string, after: string | undefined): boolean {
  return isAbove(key, after) || (key.endsWith('/') && after?.startsWith(key) === true)
}

function isAbove(key: string, other: string | undefined): boolean {
  return other === undefined || key > other
}

/** The files among the keys of one folder, in the order of the keys. */
async function lookAtFolder(files: ListedFiles, folder: string, keys: readonly string[]): Promise<FoundKey[]> {
  const { root } = files
  const found: FoundKey[] = []
  for (let start = 0; start < keys.length; start += CONCURRENCY) {
    // Another process may have put a symlink in the folder's place, so each batch is checked.
    if (!(await hasPlainFolders(root, folder))) return found
    found.push(...(await findReadable(files, keys.slice(start, start + CONCURRENCY), findPlainFile)))
  }
  return found
}

/** The files among the keys that this user may read. */
async function findReadable(files: ListedFiles, keys: readonly string[], find: Find): Promise<FoundKey[]> {
  return onlyReadable(files, await lookAt(files, keys, find))
}

/** The file of each key; `undefined` for a key without a file. */
function lookAt(files: ListedFiles, keys: readonly string[], find: Find): Promise<Found[]> {
  const { root, unreadable, calls } = files
  return inBatches(keys, async (key) => {
    const stats = await unreadable.skip(join(root, key), () => find(root, key, (each) => calls.find(each)))
    return stats === undefined ? undefined : { key, stats, storedAt: new Date(Number(stats.mtimeMs)) }
  })
}

/** Most files have no record, and checking that takes less time than a failed read. */
async function findRecord({ records, calls }: ListedFiles, { key, stats }: FoundKey): Promise<FileRecord | undefined> {
  try {
    return (await calls.exists(records.locate(key))) ? await records.read(key, stats) : undefined
  } catch {
    // EACCES, EIO, ...: the file is listed without its record.
    return undefined
  }
}

async function onlyReadable({ root, unreadable }: ListedFiles, found: readonly Found[]): Promise<FoundKey[]> {
  const files = found.filter((file) => file !== undefined)
  const isReadable = await inBatches(files, ({ key, stats }) => unreadable.mayRead(join(root, key), stats))
  return files.filter((_, place) => isReadable[place] === true)
}

/** The results in the order of `items`. It works on `CONCURRENCY` items at once. */
async function inBatches<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (let start = 0; start < items.length; start += CONCURRENCY) {
    results.push(...(await Promise.all(items.slice(start, start + CONCURRENCY).map(work))))
  }
  return results
}
