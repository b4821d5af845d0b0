import { LeadingItems } from '../leading-items.ts'
import { compareListed, parseCursor, toCursor, toLimit } from '../list-cursor.ts'
import type { Listed } from '../list-cursor.ts'
import type { ListOptions, ListPage, StorageEntry } from '../storage.ts'
import { parseTimedKey, timedIdBounds } from '../timed-id.ts'
import { findFile } from './find-file.ts'
import { forAll } from './for-all.ts'
import { toListedEntry } from './object-record.ts'
import type { ListedObject } from './s3-bucket.ts'
import type { S3Place } from './s3-place.ts'

/** Objects that one request lists. */
const PAGE = 1000

/** The bounds of a list. */
interface Bounds {
  /** Begins every key of the list: a folder with its slash, or empty. */
  readonly prefix: string
  readonly count: number
  readonly after: Listed | undefined
}

/** A page of the stored files. Rejects with the engine's error. */
export async function listFiles(place: S3Place, options: ListOptions): Promise<ListPage> {
  const { folder, order = 'name', limit, cursor } = options
  const count = toLimit(limit)
  const prefix = folder === undefined ? '' : `${folder}/`
  const after = cursor === undefined ? undefined : parseCursor(order, prefix, cursor)
  if (folder !== undefined && !place.names.isKey(folder)) return { entries: [] }
  const bounds = { prefix, count, after }
  const found = order === 'name' ? await byName(place, bounds) : await byTime(place, bounds)
  const entries = found.slice(0, count)
  const last = entries.at(-1)
  return found.length > count && last !== undefined ? { entries, next: toCursor(order, prefix, last) } : { entries }
}

/** One entry more than the page holds, if there is one. */
async function byName(place: S3Place, { prefix, count, after }: Bounds): Promise<StorageEntry[]> {
  const entries: StorageEntry[] = []
  for await (const objects of files(place, prefix, after?.key, count + 1)) {
    // No look at a file that the page does not hold.
    for (let start = 0; start < objects.length && entries.length <= count;) {
      const next = objects.slice(start, start + count + 1 - entries.length)
      entries.push(...(await toEntries(place, next)))
      start += next.length
    }
    if (entries.length > count) break
  }
  return entries
}

/** As `byName`. The engine lists timed ids in the order of time. If there are other keys, all files are looked at. */
async function byTime(place: S3Place, bounds: Bounds): Promise<StorageEntry[]> {
  return (await byTimedIds(place, bounds)) ?? (await byLooking(place, bounds))
}

/** `undefined` if a key of the list is not a timed id and a name. */
async function byTimedIds(place: S3Place, { prefix, count, after }: Bounds): Promise<StorageEntry[] | undefined> {
  const { bucket, names } = place
  const root = names.root + prefix
  const limit = Math.min(count + 1, PAGE)
  const ids = timedIdBounds()
  const start = after === undefined ? root + ids.first : names.file(after.key)
  const [before, behind, first] = await Promise.all([
    firstFile(place, prefix),
    bucket.list({ prefix: root, after: root + ids.end, limit: 1 }),
    bucket.list({ prefix: root, after: start, limit }),
  ])
  if ((before !== undefined && before < prefix + ids.first) || behind.objects.length > 0) return undefined
  const entries: StorageEntry[] = []
  for (let page = first; ; page = await bucket.list({ prefix: root, after: page.objects.at(-1)?.name, limit })) {
    if (!page.objects.every(({ name }) => isTimed(name.slice(root.length)))) return undefined
    entries.push(...(await toEntries(place, page.objects)))
    if (page.isWhole || entries.length > count) return entries
  }
}

/** True for a timed id and a name, without a folder before them. */
function isTimed(key: string): boolean {
  return key.split('/').length === 2 && parseTimedKey(key) !== undefined
}

/** The first key of a list; `undefined` if there is none. */
async function firstFile(place: S3Place, prefix: string): Promise<string | undefined> {
  for await (const objects of files(place, prefix, undefined, 1)) {
    const [first] = objects
    if (first !== undefined) return first.name.slice(place.names.root.length)
  }
  return undefined
}

/** Looks at all files, and holds a few times as many entries as the page has. */
async function byLooking(place: S3Place, { prefix, count, after }: Bounds): Promise<StorageEntry[]> {
  const leading = new LeadingItems<StorageEntry>(count + 1, (a, b) => compareListed('newest', a, b))
  for await (const objects of files(place, prefix, undefined, PAGE)) {
    for (const entry of await toEntries(place, objects)) {
      if (after === undefined || compareListed('newest', entry, after) > 0) leading.add(entry)
    }
  }
  return leading.items()
}

/** The objects of files, page by page. It leaps over the private ones, and passes over those with other names. */
async function* files(
  { bucket, names }: S3Place,
  prefix: string,
  afterKey: string | undefined,
  limit: number,
): AsyncGenerator<readonly ListedObject[], void, undefined> {
  const behindPrivate = `${names.private.slice(0, -1)}0`
  let after = afterKey === undefined ? undefined : names.file(afterKey)
  for (;;) {
    const page = await bucket.list({ prefix: names.root + prefix, after, limit: Math.min(limit, PAGE) })
    yield page.objects.filter(({ name }) => names.isKey(name.slice(names.root.length)))
    const last = page.objects.at(-1)?.name
    if (page.isWhole || last === undefined) return
    after = last.startsWith(names.private) ? behindPrivate : last
  }
}

/** The entries of objects, in their order. A file that was deleted meanwhile is left out. */
async function toEntries(place: S3Place, objects: readonly ListedObject[]): Promise<StorageEntry[]> {
  const entries: (StorageEntry | undefined)[] = []
  const looks: { readonly index: number; readonly key: string }[] = []
  for (const [index, { name, size }] of objects.entries()) {
    const key = name.slice(place.names.root.length)
    entries[index] = toListedEntry(key, size)
    if (entries[index] === undefined) looks.push({ index, key })
  }
  await forAll(looks, async ({ index, key }) => {
    entries[index] = (await findFile(place, key))?.entry
  })
  return entries.filter((entry) => entry !== undefined)
}
