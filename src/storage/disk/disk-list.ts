import type { BigIntStats } from 'node:fs'
import { join } from 'node:path'
import { isDiskKey } from './disk-key.ts'
import { compareListed, parseCursor, toCursor, toLimit } from '../list-cursor.ts'
import type { Listed } from '../list-cursor.ts'
import type { ListOptions, ListPage } from '../storage.ts'
import { findFile, findPlainFile, toEntry } from './disk-entry.ts'
import { folderChildren } from './folder-children.ts'
import { LeadingItems } from './leading-items.ts'
import { hasPlainFolders } from './plain-folder.ts'
import type { RecordCache } from './record-cache.ts'
import type { UnreadableFiles } from './unreadable-files.ts'

/** Files that are looked at at once: enough for a disk, and few against the limit of descriptors. */
const CONCURRENCY = 32

interface FoundKey extends Listed {
  readonly stats: BigIntStats
}

/** The files that are listed. */
interface ListedFiles {
  /** Their folder, absolute. */
  readonly root: string
  readonly records: RecordCache
  readonly unreadable: UnreadableFiles
}

/**
 * A page of the stored files. By name, the names of the folders are read from which the page is, and as many of its files looked
 * at as it has; `newest` looks at every file. Neither holds more of them in memory than a few pages. Skips dot names, symlinks
 * and whatever is no regular file.
 */
export async function listFiles(files: ListedFiles, options: ListOptions): Promise<ListPage> {
  const { root, records } = files
  const { folder, order = 'name', cursor } = options
  const limit = toLimit(options.limit)
  const after = cursor === undefined ? undefined : parseCursor(order, cursor)
  if (folder !== undefined && !(isDiskKey(folder) && (await hasPlainFolders(root, `${folder}/`))))
    return { entries: [] }
  const prefix = folder === undefined ? '' : `${folder}/`
  // One more than the page holds tells whether there is a next one.
  const found =
    order === 'name'
      ? await firstByName(files, prefix, after?.key, limit + 1)
      : await firstByTime(files, prefix, after, limit + 1)
  const page = found.slice(0, limit)
  const entries = await inBatches(page, async ({ key, stats }) => toEntry(key, stats, await records.read(key, stats)))
  const last = page.at(-1)
  return found.length > limit && last !== undefined ? { entries, next: toCursor(order, last) } : { entries }
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
    // Some may be gone since their folder was read, so that it takes more keys than entries.
    found.push(...(await lookAt(files, keys, (each) => findFile(files.root, each))))
    keys = []
    if (found.length >= count) return found
  }
  found.push(...(await lookAt(files, keys, (each) => findFile(files.root, each))))
  return found
}

async function firstByTime(
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
 * @param count keys that are probably wanted: of as many names a folder is held in memory, and read again for more
 */
async function* walk(
  files: ListedFiles,
  prefix: string,
  after: string | undefined,
  count: number,
): AsyncGenerator<string, void, undefined> {
  let last: string | undefined
  // Twice as many each time, or a large folder of which nothing is wanted would be read again for every page of it.
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

/** Of what is in a folder, and wanted, what comes first; with its slash a folder sorts as the keys in it do. */
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

/** Whether a file, or some file of a folder, comes after the last one of the page before. */
function comesAfter(key: string, after: string | undefined): boolean {
  return isAbove(key, after) || (key.endsWith('/') && after?.startsWith(key) === true)
}

function isAbove(key: string, other: string | undefined): boolean {
  return other === undefined || key > other
}

/** Those of the keys of one folder that are files, in the order of the keys. */
async function lookAtFolder(files: ListedFiles, folder: string, keys: readonly string[]): Promise<FoundKey[]> {
  const { root } = files
  const found: FoundKey[] = []
  for (let start = 0; start < keys.length; start += CONCURRENCY) {
    // Somebody may have put a symlink in the folder's place. Asked for so few files at a time, as for each of them.
    if (!(await hasPlainFolders(root, folder))) return found
    found.push(...(await lookAt(files, keys.slice(start, start + CONCURRENCY), (key) => findPlainFile(root, key))))
  }
  return found
}

async function lookAt(
  { root, unreadable }: ListedFiles,
  keys: readonly string[],
  find: (key: string) => Promise<BigIntStats | undefined>,
): Promise<FoundKey[]> {
  const found = await inBatches(keys, async (key) => {
    const path = join(root, key)
    const stats = await unreadable.skip(path, () => find(key))
    const isListed = stats !== undefined && (await unreadable.mayRead(path, stats))
    return isListed ? { key, stats, storedAt: new Date(Number(stats.mtimeMs)) } : undefined
  })
  return found.filter((entry) => entry !== undefined)
}

/** Results in the order of `items`, so many of them being worked on at once. */
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
