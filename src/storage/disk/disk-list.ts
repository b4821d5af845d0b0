import type { BigIntStats } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isDiskKey } from './disk-key.ts'
import { compareListed, parseCursor, toCursor, toLimit } from '../list-cursor.ts'
import type { Listed } from '../list-cursor.ts'
import type { ListOptions, ListPage } from '../storage.ts'
import { findFile, toEntry } from './disk-entry.ts'
import { hasPlainFolders } from './plain-folder.ts'
import type { RecordCache } from './record-cache.ts'
import { isMissing } from '../../file/system-error.ts'

/** Files that are looked at at once: enough for a disk, and few against the limit of descriptors. */
const CONCURRENCY = 32

interface FoundKey extends Listed {
  readonly stats: BigIntStats
}

/**
 * A page of the stored files. By name, only as much of the folder is looked at as the page needs; `newest` looks at every
 * file. Skips dot names, symlinks and whatever is no regular file.
 */
export async function listFiles(root: string, records: RecordCache, options: ListOptions): Promise<ListPage> {
  const { folder, order = 'name', cursor } = options
  const limit = toLimit(options.limit)
  const after = cursor === undefined ? undefined : parseCursor(order, cursor)
  if (folder !== undefined && !(isDiskKey(folder) && (await hasPlainFolders(root, `${folder}/`))))
    return { entries: [] }
  const prefix = folder === undefined ? '' : `${folder}/`
  // One more than the page holds tells whether there is a next one.
  const found =
    order === 'name'
      ? await firstByName(root, prefix, after?.key, limit + 1)
      : await firstByTime(root, prefix, after, limit + 1)
  const page = found.slice(0, limit)
  const entries = await inBatches(page, async ({ key, stats }) => toEntry(key, stats, await records.read(key, stats)))
  const last = page.at(-1)
  return found.length > limit && last !== undefined ? { entries, next: toCursor(order, last) } : { entries }
}

async function firstByName(
  root: string,
  prefix: string,
  after: string | undefined,
  count: number,
): Promise<FoundKey[]> {
  const found: FoundKey[] = []
  let keys: string[] = []
  for await (const key of walk(root, prefix, after)) {
    keys.push(key)
    if (found.length + keys.length < count) continue
    // Some may be gone since their folder was read, so that it takes more keys than entries.
    found.push(...(await lookAt(root, keys)))
    keys = []
    if (found.length >= count) return found
  }
  found.push(...(await lookAt(root, keys)))
  return found
}

async function firstByTime(
  root: string,
  prefix: string,
  after: Listed | undefined,
  count: number,
): Promise<FoundKey[]> {
  const keys: string[] = []
  for await (const key of walk(root, prefix, undefined)) keys.push(key)
  const found = await lookAt(root, keys)
  const rest = after === undefined ? found : found.filter((entry) => compareListed('newest', entry, after) > 0)
  return rest.toSorted((a, b) => compareListed('newest', a, b)).slice(0, count)
}

/** The keys below `prefix` that come after `after`, in code-unit order. */
async function* walk(root: string, prefix: string, after: string | undefined): AsyncGenerator<string> {
  const children: string[] = []
  for (const child of await readFolder(join(root, prefix))) {
    // With its slash a folder sorts as the keys in it do.
    if (isDiskKey(prefix + child.name)) {
      children.push(child.isDirectory() ? `${child.name}/` : child.name)
    }
  }
  for (const child of children.toSorted()) {
    const key = prefix + child
    if (after !== undefined && key <= after && !after.startsWith(key)) continue
    if (key.endsWith('/')) yield* walk(root, key, after)
    else if (key !== after) yield key
  }
}

async function readFolder(path: string) {
  try {
    return await readdir(path, { withFileTypes: true })
  } catch (error) {
    // Not made yet, or gone since its own folder was read.
    if (isMissing(error)) return []
    throw error
  }
}

async function lookAt(root: string, keys: readonly string[]): Promise<FoundKey[]> {
  const found = await inBatches(keys, async (key) => {
    const stats = await findFile(root, key)
    return stats === undefined ? undefined : { key, stats, storedAt: new Date(Number(stats.mtimeMs)) }
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
